/** What a process that computes is asked, and what it says: a line of JSON each. */
export interface Request {
  model: string;
  batch: number;
  steps: number;
}

export interface Timing {
  seconds: number;
  /** Of all threads together. */
  processor: number;
  /** Of the thread that computed longest: what it would take where each thread has a core. */
  busiest?: number;
}

export type Reply = Timing | { reason: string };

/** Answers requests until the input ends. */
export async function serve(answer: (request: Request) => Promise<Timing>): Promise<void> {
  const { createInterface } = await import("node:readline");
  process.stdout.write("{}\n");
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: Reply;
    try {
      reply = await answer(JSON.parse(line) as Request);
    } catch (error) {
      reply = { reason: (error as Error).message };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
