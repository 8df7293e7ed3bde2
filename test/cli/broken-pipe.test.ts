import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, it } from "vitest";

it("a command ends quietly when nobody reads what it prints", async () => {
  const child = spawn(process.execPath, [resolve("dist/cli/main.js"), "explain", "examples/digits.mmspec"]);
  child.stdout.destroy();
  const said: Buffer[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part));
  const [code] = (await once(child, "close")) as [number];
  expect(Buffer.concat(said).toString()).toBe("");
  expect(code).toBe(0);
});
