import { uniformBigInt } from "pure-rand/distribution/uniformBigInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Spaces up to this size are shuffled as a whole. */
const shuffled = 100_000n;

/** All places of a space in an order that follows from the seed alone, each once; of a large space only what is asked for is drawn. */
export function* drawnFrom(size: bigint, seed: number): Generator<bigint> {
  const generator = xoroshiro128plus(seed | 0);
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 20; i++) generator.next();
  if (size <= shuffled) {
    const places = Array.from({ length: Number(size) }, (_, i) => BigInt(i));
    for (let last = places.length - 1; last >= 0; last--) {
      const at = Number(uniformBigInt(generator, 0n, BigInt(last)));
      yield places[at] as bigint;
      places[at] = places[last] as bigint;
    }
    return;
  }
  const drawn = new Set<bigint>();
  while (BigInt(drawn.size) < size) {
    const place = uniformBigInt(generator, 0n, size - 1n);
    if (drawn.has(place)) continue;
    drawn.add(place);
    yield place;
  }
}
