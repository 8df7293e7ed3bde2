import { atoms, type Atom, type MeanAndError } from "./content.js";

/** Interactions of some samples; NaN where a sample lacks one of the modalities. */
export type AtomColumns = Readonly<Record<Atom, ArrayLike<number>>>;

/** What part of all that the modalities tell is which interaction. */
export interface Composition {
  samples: number;
  /** Mean of r + u1 + u2 + s, which is what both modalities together tell about the target. */
  total: MeanAndError;
  mean: Record<Atom, MeanAndError>;
  /** mean / total; they add up to 1. Its error is that of a ratio of means (linearised). */
  share: Record<Atom, MeanAndError>;
  /** Standard errors between the largest share and the next. */
  lead: number;
}

/** Composition of the samples in `rows`, or of all. Errors are those of drawing samples. */
export function compositionOf(columns: AtomColumns, rows?: ArrayLike<number>): Composition {
  const count = rows?.length ?? columns.r.length;
  const used: number[] = [];
  for (let k = 0; k < count; k++) {
    const i = rows === undefined ? k : (rows[k] as number);
    if (!Number.isNaN(columns.r[i])) used.push(i);
  }
  const n = used.length;
  const at = (atom: Atom, i: number) => columns[atom][i] as number;
  const all = (i: number) => at("r", i) + at("u1", i) + at("u2", i) + at("s", i);
  const estimate = (value: (i: number) => number, scale = 1): MeanAndError => {
    let sum = 0;
    for (const i of used) sum += value(i);
    const mean = sum / n;
    let squares = 0;
    for (const i of used) squares += (value(i) - mean) ** 2;
    return { mean: mean / scale, error: Math.sqrt(squares / (n - 1) / n) / Math.abs(scale) };
  };
  const total = estimate(all);
  const each = <T>(make: (atom: Atom) => T) =>
    Object.fromEntries(atoms.map((atom) => [atom, make(atom)])) as Record<Atom, T>;
  const mean = each((atom) => estimate((i) => at(atom, i)));
  const share = each((atom) => {
    const ratio = mean[atom].mean / total.mean;
    return { mean: ratio, error: estimate((i) => at(atom, i) - ratio * all(i), total.mean).error };
  });
  const [first, second] = [...atoms].sort((a, b) => mean[b].mean - mean[a].mean) as [Atom, Atom];
  const gap = estimate((i) => at(first, i) - at(second, i));
  return { samples: n, total, mean, share, lead: gap.mean / gap.error };
}

/** What a run found, in plain words. */
export interface Headline {
  title: string;
  detail: string;
}

/** Mean and error of a share: "92 ± 1 %", with a decimal where the error is that small. */
const percent = ({ mean, error }: MeanAndError) => {
  const digits = 100 * error < 0.95 ? 1 : 0;
  return `${(100 * mean).toFixed(digits).replace("-", "−")} ± ${(100 * error).toFixed(digits)} %`;
};

/** The composition as two sentences. */
export function headline(
  { total, share, lead, samples }: Composition,
  { modalities, target: name, measure }: { modalities: readonly string[]; target: string; measure?: string },
): Headline {
  const [a = "the first", b = "the second"] = modalities;
  const target = `the ${name}`;
  if (!(total.mean > 2 * total.error)) {
    return {
      title: `${capital(a)} and ${b} tell nothing about ${target} that could be told from chance.`,
      detail: `Both together tell ${total.mean.toFixed(3)} ± ${total.error.toFixed(3)} of ${samples} samples on average.`,
    };
  }
  if (measure === "gate") return gateHeadline(share, a, b);
  const order = [...atoms].sort((x, y) => share[y].mean - share[x].mean);
  const [first, ...others] = order as [Atom, Atom, Atom, Atom];
  const most = share[first].mean > 0.5;
  const titles: Record<Atom, string> = {
    r: most
      ? `${capital(a)} and ${b} mostly tell the same about ${target}`
      : `What ${a} and ${b} tell about ${target} is more redundant than anything else`,
    u1: most
      ? `What is told about ${target}, ${a} mostly tells alone`
      : `Of what is told about ${target}, ${a} alone tells the largest part`,
    u2: most
      ? `What is told about ${target}, ${b} mostly tells alone`
      : `Of what is told about ${target}, ${b} alone tells the largest part`,
    s: most
      ? `It mostly takes ${a} and ${b} together to tell ${target}`
      : `Of what is told about ${target}, the largest part takes ${a} and ${b} together`,
  };
  const names: Record<Atom, string> = {
    r: "is redundant",
    u1: `is unique to ${a}`,
    u2: `is unique to ${b}`,
    s: "is synergistic",
  };
  const plain: Record<Atom, string> = {
    r: "either would have told (redundancy)",
    u1: `only ${a} tells (uniqueness)`,
    u2: `only ${b} tells (uniqueness)`,
    s: "takes both together (synergy)",
  };
  const sure =
    lead > 4
      ? ""
      : lead > 2
        ? " The lead of the largest part is clear."
        : " Which part is the largest is not clear.";
  const rest = others.map((atom) => {
    const { mean, error } = share[atom];
    const doubt =
      Math.abs(mean) < 2 * error ? ", not clearly different from 0" : mean < 0 ? ": it misleads" : "";
    return `${percent(share[atom])} ${plain[atom]}${doubt}`;
  });
  return {
    title: `${titles[first]}: ${percent(share[first])} ${names[first]}.`,
    detail: `${rest.join("; ")}.${sure}`,
  };
}

/** The gate's shares are of the model, not of what the modalities tell. */
function gateHeadline(share: Composition["share"], a: string, b: string): Headline {
  const names: Record<Atom, string> = { r: "redundancy", u1: `${a} alone`, u2: `${b} alone`, s: "synergy" };
  const [first, ...others] = [...atoms].sort((x, y) => share[y].mean - share[x].mean) as [
    Atom,
    Atom,
    Atom,
    Atom,
  ];
  return {
    title: `The gate gives the largest share to ${names[first]}: ${percent(share[first])}.`,
    detail: `${others.map((atom) => `${percent(share[atom])} to ${names[atom]}`).join(", ")}. This is what the model makes of the modalities, not what they tell.`,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
