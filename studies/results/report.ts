/** What a study reads of a run's metrics.json. */
export interface RunReport {
  metrics: Record<string, { value: number } | undefined>;
  shares?: Record<string, number>;
  lacking?: { lacks: string[]; samples: number; accuracy: number }[];
  truth?: {
    bayesAccuracy: number;
    byType: {
      type: string;
      samples: number;
      accuracy: number;
      shares?: Record<string, number>;
      dominant?: Record<string, number>;
      auroc?: Record<string, number>;
      posterior?: { dominant: Record<string, number>; auroc: number };
    }[];
  };
  outside?: {
    auroc: { confidence: number; entropy: number };
    confidence: { test: number; outside: number };
  };
}

/** The component that stands for a type: `uniqueA` for "unique(a)". */
export function componentOf(type: string, components: Readonly<Record<string, unknown>>): string | undefined {
  const plain = (text: string) => text.replace(/\W+/g, "").toLowerCase();
  return Object.keys(components).find((component) => plain(component) === plain(type));
}
