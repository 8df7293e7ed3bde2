import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { cli } from "../support/cli.js";

it("a command ends quietly when nobody reads what it prints", async () => {
  const child = spawn(process.execPath, [cli, "explain", "examples/digits.mmspec"]);
  child.stdout.destroy();
  const said: Buffer[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part));
  const [code] = (await once(child, "close")) as [number];
  expect(Buffer.concat(said).toString()).toBe("");
  expect(code).toBe(0);
});
