import { spawn, type ChildProcess } from "node:child_process";
import { cli, environment } from "./cli.js";

/** A service under test. */
export interface Served {
  url: string;
  process: ChildProcess;
  /** The exit code, when it has ended. */
  ended: Promise<number | null>;
  err(): string;
}

const running: Served[] = [];

/** Starts `mmspec serve` in a folder, and waits until it says where it is. */
export async function serve(at: string, of: string, ...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [cli, "serve", of, "--port", "0", ...args], {
    cwd: at,
    env: environment,
  });
  let [out, err] = ["", ""];
  child.stderr.on("data", (data) => (err += String(data)));
  const ended = new Promise<number | null>((done) => child.on("exit", done));
  const url = await new Promise<string>((found, failed) => {
    child.stdout.on("data", (data) => {
      out += String(data);
      const [address] = /http:\/\/\S+/.exec(out) ?? [];
      if (address !== undefined) found(address);
    });
    void ended.then(() => failed(new Error(err)));
  });
  const served = { url, process: child, ended, err: () => err };
  running.push(served);
  return served;
}

/** Ends all that were started here. */
export function endServices(): void {
  running.forEach(({ process }) => process.kill("SIGKILL"));
}
