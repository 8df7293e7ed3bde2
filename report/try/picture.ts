/** True of [height, width, 1 or 3]. */
export function isPicture(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[2] === 1 || shape[2] === 3);
}

/** Draws values on a canvas, from their least to their greatest. @returns false when they are no such picture */
export function draw(canvas: HTMLCanvasElement, value: unknown, shape: readonly number[]): boolean {
  const [height = 0, width = 0, channels = 1] = shape;
  const values = Array.isArray(value) ? (value.flat(3) as unknown[]) : [];
  if (values.length !== height * width * channels || !values.every((item) => typeof item === "number"))
    return false;
  const numbers = values as number[];
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  const scale = greatest > least ? 255 / (greatest - least) : 0;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return false;
  const image = context.createImageData(width, height);
  for (let p = 0; p < height * width; p++) {
    for (let c = 0; c < 3; c++)
      image.data[4 * p + c] = ((numbers[p * channels + (channels === 3 ? c : 0)] as number) - least) * scale;
    image.data[4 * p + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return true;
}
