import { mkdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { Readable } from "node:stream";
import { createHash } from "node:crypto";
import { GrowingFile } from "../../runtime/runs/growing-file.js";
import { WriteError } from "../../runtime/runs/write-error.js";
import { fileHash, type DataFile } from "../data-files.js";
import { SweepProblem } from "../problem.js";

/** Files of data with the content that a sweep was begun with. */
export class DataStore {
  /** SHA-256 of files that were read, by their path, as long as size and time stay the same. */
  private readonly known = new Map<string, { stamp: string; sha256: string }>();
  private readonly fetching = new Map<string, Promise<void>>();

  /**
   * @param folder where the data's paths begin on this machine; files are fetched when it is left out
   * @param cache where fetched files are kept
   */
  constructor(
    private readonly folder: string | undefined,
    private readonly cache: string,
  ) {}

  /**
   * The folder in which the files lie, each with its right content.
   * @throws SweepProblem when one is missing, or has another content
   */
  async provide(files: readonly DataFile[], url: string | undefined): Promise<string> {
    if (files.length === 0) return this.folder ?? this.cache;
    for (const { path } of files)
      if (isAbsolute(path) || path.split(/[\\/]/).includes(".."))
        throw new SweepProblem(`The sweep reads ${path}, which leaves the data's folder.`);
    if (this.folder !== undefined) {
      for (const file of files) await this.verify(this.folder, file);
      return this.folder;
    }
    if (url === undefined)
      throw new SweepProblem(
        `The sweep reads ${files.map(({ path }) => path).join(", ")}: say in which folder they lie, --data DIR, or start the sweep with --data-url URL.`,
      );
    // One folder for the same files with the same content, whichever sweep wants them.
    const name = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
    const folder = join(this.cache, name);
    for (const file of files) {
      const path = join(folder, file.path);
      const fetched = this.fetching.get(path) ?? this.fetch(file, url, path);
      this.fetching.set(path, fetched);
      await fetched.finally(() => this.fetching.delete(path));
      await this.verify(folder, file);
    }
    return folder;
  }

  private async verify(folder: string, { path, sha256 }: DataFile): Promise<void> {
    const full = join(folder, path);
    const { size, mtimeMs } = await stat(full).catch(() => {
      throw new SweepProblem(`${full}: there is no such file, and the sweep reads it.`);
    });
    const stamp = `${size} ${mtimeMs}`;
    const known = this.known.get(full);
    const found = known?.stamp === stamp ? known.sha256 : (await fileHash(full)).sha256;
    this.known.set(full, { stamp, sha256: found });
    if (found !== sha256)
      throw new SweepProblem(
        `${full}: its content isn't that which the sweep was begun with (SHA-256 ${found.slice(0, 12)}…, and not ${sha256.slice(0, 12)}…).`,
      );
  }

  /** Fetches a file, unless it is there already. */
  private async fetch({ path, bytes }: DataFile, url: string, to: string): Promise<void> {
    if ((await stat(to).catch(() => undefined))?.size === bytes) return;
    const from = new URL(
      path.split(/[\\/]/).map(encodeURIComponent).join("/"),
      url.endsWith("/") ? url : `${url}/`,
    );
    await mkdir(dirname(to), { recursive: true });
    try {
      const response = await fetch(from);
      if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
      let got = 0;
      const limited = async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          got += chunk.length;
          if (got > bytes) throw new Error(`there is more than the ${bytes} bytes that the sweep knows`);
          yield chunk;
        }
      };
      const file = await GrowingFile.open(to);
      try {
        for await (const chunk of limited(Readable.fromWeb(response.body as never))) await file.write(chunk);
        if (got < bytes) throw new Error(`it ends after ${got} of ${bytes} bytes`);
        await file.commit();
      } catch (error) {
        await file.discard();
        throw error;
      }
    } catch (error) {
      if (error instanceof WriteError) throw new SweepProblem(error.message);
      const { message, cause } = error as Error & { cause?: Error };
      throw new SweepProblem(`${from.href}: it can't be fetched: ${cause?.message ?? message}.`);
    }
  }
}
