import { describe, it } from "vitest";
import { expectDiagnostics } from "../support/diagnostics.js";
import { block, spec } from "../support/specs.js";

describe("diagnostics", () => {
  it("finds nothing in a good spec", () => {
    expectDiagnostics(spec(), []);
    expectDiagnostics(spec({ fusion: block, train: "train { paradigm dmil }" }), []);
  });

  it("reports a misspelt layer once, and nothing that follows from it", () => {
    expectDiagnostics(spec().replace("left = mlp(16)", "left = mpl(16) -> flatten"), ["5:27 MM2005"]);
  });

  it("reports that early stopping has no validation split", () => {
    const train = "train { paradigm joint stop after 2 epochs without improvement }";
    const data = "from synthetic(redundancy: 1, samples: 300)\n  split 0.8 train, 0.2 test";
    expectDiagnostics(spec({ train, data }), ["9:26 MM6005"]);
  });

  it("reports what dmil lacks in every fusion", () => {
    expectDiagnostics(spec({ train: "train { paradigm dmil }" }), ["9:20 MM6002"]);
    const lacking = block.replace("unique(left) = linear\n", "");
    expectDiagnostics(spec({ fusion: lacking, train: "train { paradigm dmil }" }), ["17:20 MM6002"]);
  });

  it("reports that a merge can't be trained as an ensemble, and warns that rules aren't used", () => {
    expectDiagnostics(spec({ train: "train { paradigm ensemble }" }), ["9:20 MM6003"]);
    expectDiagnostics(spec({ fusion: block, train: "train { paradigm ensemble }" }), ["18:20 MM6004"]);
  });

  it("warns of an optional modality that no rule speaks of, and of a rule for one that is never missing", () => {
    const optional = spec({ fusion: block }).replace("modality left", "optional modality left");
    expectDiagnostics(optional, ["8:3 MM5013"]);
    const never = block.replace("when synergy > 0.6", "when missing(left)");
    expectDiagnostics(spec({ fusion: never }), ["14:10 MM5012", "14:28 MM5016"]);
  });

  it("reports bindings beside synthetic data, and images in it", () => {
    const data = 'from synthetic(redundancy: 1, samples: 9)\n  left <- "a"\n  split 0.8 train, 0.2 test';
    expectDiagnostics(spec({ data }), ["15:3 MM7011"]);
    const image = spec().replace("vector(9)", "image(3, 3)").replace("left = mlp(16)", "left = flatten");
    expectDiagnostics(image, ["14:8 MM7012"]);
  });

  it("reports an empty file, and a file of nothing but a comment", () => {
    expectDiagnostics("", ["1:1 MM1006"]);
    expectDiagnostics("// nothing\n", ["1:1 MM1006"]);
  });

  it("keeps paths inside the spec's folder", () => {
    for (const path of ["/etc/passwd.csv", "../x.csv", "a/../../x.csv", "C:\\\\x.csv"]) {
      const data = `from "${path}"\n  left <- "a"\n  right <- "b"\n  label <- "c"\n  split 0.8 train, 0.2 test`;
      expectDiagnostics(spec({ data }), ["14:8 MM7009"]);
    }
  });
});
