/** The Fourier transform in place, of a power of two of values (Cooley and Tukey 1965). */
export function fourier(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    for (const part of [real, imaginary]) [part[i], part[j]] = [part[j] as number, part[i] as number];
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let begin = 0; begin < size; begin += length) {
      for (let k = 0; k < length / 2; k++) {
        const angle = (-2 * Math.PI * k) / length;
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        const [a, b] = [begin + k, begin + k + length / 2];
        const re = (real[b] as number) * cosine - (imaginary[b] as number) * sine;
        const im = (real[b] as number) * sine + (imaginary[b] as number) * cosine;
        real[b] = (real[a] as number) - re;
        imaginary[b] = (imaginary[a] as number) - im;
        real[a] = (real[a] as number) + re;
        imaginary[a] = (imaginary[a] as number) + im;
      }
    }
  }
}
