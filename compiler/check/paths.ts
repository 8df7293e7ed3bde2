/** True for a path that isn't below the folder of the spec. */
export function leavesFolder(path: string): boolean {
  return /^([\\/]|[A-Za-z]:)/.test(path) || path.split(/[\\/]/).includes("..") || path.includes("\0");
}

/** A path below a folder in its plain form: `./parts//eyes.mmspec` -> `parts/eyes.mmspec`. */
export function normalised(path: string): string {
  return path
    .split(/[\\/]/)
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
