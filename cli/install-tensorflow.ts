import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { tensorflowFolder, tensorflowPackage } from "../runtime/engines/tensorflow.js";
import { writeAtomically } from "../runtime/runs/atomic.js";
import { exists } from "../runtime/runs/exists.js";
import { syncFolder } from "../runtime/runs/sync-folder.js";
import { CommandError, exitCodes } from "./exit.js";

/** What TensorFlow's library is taken from. Its C interface is the same ever since; of this release CPU and CUDA were built. */
const release = "2.15.1";
/** Of the package that binds it to Node; the runtime's own release of TensorFlow.js. */
const binding = "4.22.0";
/** The library is the same in the wheels of all Pythons; this is the one that is taken. */
const python = "3.11";

export interface InstallOptions {
  /** Take the build for CUDA, with NVIDIA's libraries. */
  cuda: boolean;
  /** A wheel of `tensorflow-cpu` or `tensorflow` that is on this disk; it is fetched from PyPI when left out. */
  wheel?: string | undefined;
  say(line: string): void;
}

/**
 * Builds the tensorflow engine without the download that `npm install @tensorflow/tfjs-node` makes from outside the registries: the library comes out of
 * PyPI's wheel, the addon is compiled against it with node-gyp. Wants Linux, Python with pip, make and a C++ compiler. It lies in node_modules, beside
 * the TensorFlow.js that the runtime uses, and is put there as a whole when it is done.
 * @returns the folder
 * @throws CommandError when something that it wants isn't there, or a step fails
 */
export async function installTensorflow({ cuda, wheel, say }: InstallOptions): Promise<string> {
  if (process.platform !== "linux") {
    throw new CommandError(
      `The tensorflow engine is built on Linux alone; on ${process.platform} use \`npm install @tensorflow/tfjs-node\`.`,
      exitCodes.wrongUsage,
    );
  }
  await need("python3", ["-m", "pip", "--version"], "Python with pip (Debian: apt-get install python3-pip)");
  await need("make", ["--version"], "make (Debian: apt-get install make)");
  await need("c++", ["--version"], "a C++ compiler (Debian: apt-get install g++)");

  const target = tensorflowFolder();
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}-`);
  try {
    say("1/4 the package @tensorflow/tfjs-node, without its install script");
    await installBinding(folder);
    const home = join(folder, tensorflowPackage);
    say(`2/4 TensorFlow ${release} from ${wheel ?? "PyPI (some 200 MB; with CUDA 2 GB)"}`);
    await takeLibrary(home, join(folder, "wheel"), { cuda, wheel });
    say("3/4 compiling the addon");
    await compileAddon(home);
    say("4/4 trying it");
    // In a process of its own: what doesn't load may not take this one with it.
    await run(process.execPath, ["--eval", `require(${JSON.stringify(home)})`], folder);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
    await syncFolder(dirname(target));
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function installBinding(folder: string): Promise<void> {
  const content = { private: true, dependencies: { "@tensorflow/tfjs-node": binding } };
  await writeAtomically(join(folder, "package.json"), JSON.stringify(content));
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], folder);
  // A second TensorFlow.js would be a second engine: the one above is to be found.
  const scope = join(folder, "node_modules", "@tensorflow");
  const others = (await readdir(scope)).filter((name) => name !== "tfjs-node");
  await Promise.all(others.map((name) => rm(join(scope, name), { recursive: true })));
}

/** Puts TensorFlow's library and headers where the package's build looks for them. */
async function takeLibrary(
  home: string,
  unpacked: string,
  { cuda, wheel }: Pick<InstallOptions, "cuda" | "wheel">,
): Promise<void> {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const name = cuda ? `tensorflow[and-cuda]==${release}` : `tensorflow-cpu==${release}`;
  await run("python3", [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", unpacked],
    ...["--only-binary=:all:", "--implementation", "cp", "--python-version", python],
    ...["--platform", `manylinux2014_${machine}`, "--platform", `manylinux_2_17_${machine}`],
    ...(cuda && wheel === undefined ? [] : ["--no-deps"]),
    wheel === undefined ? name : resolve(wheel),
  ]);
  const lib = join(home, "deps", "lib");
  await mkdir(lib, { recursive: true });
  const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
  for (const library of libraries) await rename(join(unpacked, "tensorflow", library), join(lib, library));
  // By these names the linker looks for them.
  await symlink("libtensorflow_cc.so.2", join(lib, "libtensorflow.so"));
  await symlink("libtensorflow_framework.so.2", join(lib, "libtensorflow_framework.so"));
  for (const headers of ["tensorflow", "tsl"]) {
    await cp(join(unpacked, "tensorflow", "include", headers), join(home, "deps", "include", headers), {
      recursive: true,
    });
  }
  if (cuda) await takeCuda(join(unpacked, "nvidia"), lib);
  await rm(unpacked, { recursive: true });
}

/** TensorFlow looks for NVIDIA's libraries in its own folder. */
async function takeCuda(nvidia: string, lib: string): Promise<void> {
  for (const part of await readdir(nvidia).catch(() => [])) {
    const from = join(nvidia, part, "lib");
    const names = await readdir(from).catch(() => []);
    for (const name of names.filter((each) => each.includes(".so")))
      await rename(join(from, name), join(lib, name));
  }
}

async function compileAddon(home: string): Promise<void> {
  const output = join(home, "lib", "napi-v8");
  const headers = dirname(dirname(process.execPath));
  const here = await exists(join(headers, "include", "node", "node_api.h"));
  await run(
    "npm",
    [
      ...["exec", "--yes", "--package=node-gyp@11", "--", "node-gyp", "rebuild"],
      // The headers that came with this Node; node-gyp would download them from nodejs.org.
      ...(here ? [`--nodedir=${headers}`] : []),
      ...["--module_name=tfjs_binding", `--module_path=${output}`],
      ...[`--module=${join(output, "tfjs_binding.node")}`, "--napi_version=9", "--napi_build_version=8"],
    ],
    home,
  );
  await rm(join(home, "build"), { recursive: true });
}

/** @throws CommandError when the program isn't there */
async function need(program: string, args: readonly string[], what: string): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch {
    throw new CommandError(`Building the tensorflow engine wants ${what}.`, exitCodes.failed);
  }
}

/** @throws CommandError with the end of what the program said */
async function run(program: string, args: readonly string[], cwd?: string): Promise<void> {
  try {
    await promisify(execFile)(program, args, { maxBuffer: 1e8, ...(cwd !== undefined && { cwd }) });
  } catch (error) {
    const { stderr = "", stdout = "", message } = error as Error & { stderr?: string; stdout?: string };
    const said = (stderr.trim() || stdout.trim() || message).split("\n").slice(-12).join("\n");
    throw new CommandError(`${program} ${args.slice(0, 3).join(" ")} ... failed:\n${said}`, exitCodes.failed);
  }
}
