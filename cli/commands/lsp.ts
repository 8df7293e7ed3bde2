import type { CommandModule } from "yargs";

export const lsp: CommandModule = {
  command: "lsp",
  describe: "Answer an editor: the language server, over standard input and output",
  // Editors that know no other way of saying it pass --stdio.
  builder: (yargs) => yargs.option("stdio", { type: "boolean", default: true, hidden: true }),
  async handler() {
    const { serveOverStdio } = await import("../../language-server/stdio.js");
    serveOverStdio();
  },
};
