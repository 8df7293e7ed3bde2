import { randomBytes } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./sync-folder.js";
import { asWriting } from "./write-error.js";

/** A file that is written part by part, and is there under its name only when it is whole. */
export class GrowingFile {
  private constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {}

  /** @throws WriteError */
  static async open(path: string): Promise<GrowingFile> {
    const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
    return new GrowingFile(path, temporary, await asWriting(path, open(temporary, "wx")));
  }

  /** @throws WriteError */
  async write(data: string | Uint8Array): Promise<void> {
    await asWriting(this.path, this.file.writeFile(data));
  }

  /** Syncs it and gives it its name, which is on the disk too when this is done. @throws WriteError */
  async commit(): Promise<void> {
    await asWriting(this.path, this.file.sync());
    await asWriting(this.path, this.file.close());
    await asWriting(this.path, rename(this.temporary, this.path));
    await syncFolder(dirname(this.path));
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.temporary, { force: true }).catch(() => undefined);
  }
}
