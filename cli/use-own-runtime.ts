import { register } from "node:module";

// Generated scripts import "mmspec/runtime". Wherever they lie, the command line gives them its own.
register("./own-runtime-hooks.js", import.meta.url);
