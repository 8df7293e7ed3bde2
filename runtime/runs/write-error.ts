/** A file can't be written; the message says which, why, and how to mend it. What stood there before is as it was. */
export class WriteError extends Error {
  override name = "WriteError";

  constructor(
    readonly path: string,
    /** As the system names it: `ENOSPC`. */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    const why = reasons[code] ?? `the system says ${code}`;
    super(`${path}: it can't be written: ${why}${why.endsWith("?") ? "" : "."}`, options);
  }
}

const full = "the disk is full (ENOSPC). Make room and call again; what was finished before is as it was";
const forbidden = (code: string) =>
  `it may not be written (${code}). Give this user the right to write there, or name another folder`;

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: full,
  EDQUOT: full.replace("the disk is full (ENOSPC)", "your share of the disk is used up (EDQUOT)"),
  EFBIG: "a file may not grow that large here (EFBIG); see `ulimit -f`",
  EROFS: "the disk is mounted for reading alone (EROFS). Name another folder",
  EACCES: forbidden("EACCES"),
  EPERM: forbidden("EPERM"),
  ENOENT: "its folder isn't there (ENOENT); was it removed meanwhile?",
  ENOTDIR: "a part of its path is a file and no folder (ENOTDIR)",
  EEXIST: "something else is there already (EEXIST). Move it away, or name another place",
  EISDIR: "it is a folder (EISDIR). Name a file",
  ENAMETOOLONG: "its name is too long (ENAMETOOLONG)",
  EIO: "the disk fails (EIO)",
  EMFILE: "too many files are open (EMFILE); see `ulimit -n`",
  ENFILE: "too many files are open on this machine (ENFILE)",
};

/** Calls of the system that write. */
const writing = new Set([
  ...["mkdir", "mkdtemp", "rename", "write", "fsync", "fdatasync", "ftruncate", "copyfile", "symlink"],
  ...["unlink", "rmdir", "rm"],
]);

/** What the system says of a file that can't be written, for a person; undefined for any other error. */
export function writeErrorOf(error: unknown): WriteError | undefined {
  if (error instanceof WriteError) return error;
  const { code, syscall, path, dest } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string };
  if (code === undefined || syscall === undefined || !writing.has(syscall)) return undefined;
  return new WriteError(dest ?? path ?? "a file", code, { cause: error });
}

/** Waits for something that writes a file. @throws WriteError in place of the system's error */
export async function asWriting<T>(path: string, write: Promise<T>): Promise<T> {
  return write.catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined || error instanceof WriteError
      ? error
      : new WriteError(path, code, { cause: error });
  });
}
