/** True for a path that isn't below the folder of the spec. */
export function leavesFolder(path: string): boolean {
  return /^([\\/]|[A-Za-z]:)/.test(path) || path.split(/[\\/]/).includes("..") || path.includes("\0");
}
