/** Capitalises the first letter. */
export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Makes names for generated code that never meet: the second `uniqueTop` becomes `uniqueTop2`. */
export class Namer {
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set(taken);
  }

  make(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.taken.has(name); i++) name = `${wanted}${i}`;
    this.taken.add(name);
    return name;
  }
}

const listed = new WeakMap<ReadonlyMap<string, unknown>, string[]>();

/** A map's keys as a list for a message; made anew only when the map has grown, so that many messages cost no more than one. */
export function keysOf(map: ReadonlyMap<string, unknown>): readonly string[] {
  const known = listed.get(map);
  if (known?.length === map.size) return known;
  const keys = [...map.keys()];
  listed.set(map, keys);
  return keys;
}
