import { randomBytes } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";

/** A file that is written part by part, and is there under its name only when it is whole. */
export class GrowingFile {
  private constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<GrowingFile> {
    const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
    return new GrowingFile(path, temporary, await open(temporary, "wx"));
  }

  async write(data: string | Uint8Array): Promise<void> {
    await this.file.writeFile(data);
  }

  /** Syncs it and gives it its name. */
  async commit(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    await rename(this.temporary, this.path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }
}
