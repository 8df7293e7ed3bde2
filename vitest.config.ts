import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Learning and measuring are slow on a machine with few cores; a test that hangs still ends.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: "forks",
    // Left to itself, vitest keeps a core free.
    maxWorkers: availableParallelism(),
  },
});
