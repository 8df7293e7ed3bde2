let tell: (line: string) => void = () => {};

/** Says who hears how far the data is; nobody, unless it is said. */
export function hearOfData(listener: (line: string) => void): void {
  tell = listener;
}

/** Tells a person how far the data is. */
export function say(line: string): void {
  tell(line);
}
