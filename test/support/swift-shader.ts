import { existsSync } from "node:fs";
import { dirname } from "node:path";

/** Where Debian's chromium puts a GPU in software. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * The environment in which webgpu finds a GPU in software.
 * @returns undefined, with a word of why, where there is none
 * @throws Error in CI, which must have it
 */
export function swiftShader(): Record<string, string> | undefined {
  if (existsSync(driver)) {
    const library = [dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
    return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: library };
  }
  if (process.env.CI) throw new Error("CI must have SwiftShader: .ci/run installs Debian's chromium.");
  console.info("skipped: there is no SwiftShader here (Debian: apt-get install chromium)");
  return undefined;
}
