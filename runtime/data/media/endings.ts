/** Files of pictures that are read, by their endings. */
export const pictureEndings: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

/** Files of sounds. */
export const soundEndings: readonly string[] = [".wav", ".flac", ".mp3", ".ogg"];

export const mediaEndings = [...pictureEndings, ...soundEndings];

/** Files of texts. */
export const textEndings: readonly string[] = [".txt"];
