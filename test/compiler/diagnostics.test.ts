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

  it("reports schedules that never end before others, values that others follow, and a decay that is set twice", () => {
    const train = (text: string) => spec({ train: `train { ${text} }` });
    expectDiagnostics(train("schedule warmup(2) -> cosine noise 0.5 class_weights balanced"), []);
    expectDiagnostics(train("schedule warmup -> warmup(3) -> step(every: 2, factor: 0.1)"), []);
    expectDiagnostics(train("schedule cosine -> warmup(2)"), ["9:30 MM6011"]);
    expectDiagnostics(train("schedule cosin -> step(0)"), ["9:20 MM2005", "9:34 MM3004"]);
    expectDiagnostics(train("optimizer adam -> sgd"), ["9:29 MM6012"]);
    expectDiagnostics(train("optimizer adamw weight_decay 0.1"), ["9:27 MM6001"]);
    expectDiagnostics(train("noise -1 class_weights even schedule 3"), [
      "9:17 MM3004",
      "9:34 MM3004",
      "9:48 MM3004",
    ]);
  });

  it("reports weights that don't fit the classes", () => {
    const train = (text: string) => spec({ train: `train { ${text} }` });
    const named = (text: string) => train(text).replace("class(3)", 'class("calm", "happy", "very sad")');
    expectDiagnostics(train("class_weights [1, 2, 0.5]"), []);
    expectDiagnostics(named("class_weights by_class(happy: 2)"), []);
    expectDiagnostics(train("class_weights [1, 2]"), ["9:25 MM6035"]);
    expectDiagnostics(train("class_weights [1, -2, three]"), ["9:29 MM3004", "9:33 MM3004"]);
    expectDiagnostics(train("class_weights [0, 0, 0]"), ["9:25 MM3004"]);
    expectDiagnostics(named("class_weights by_class(hapy: 2)"), ["9:34 MM7021"]);
    expectDiagnostics(named("class_weights by_class(calm: 2, calm: 1)"), ["9:43 MM3005"]);
    expectDiagnostics(named("class_weights by_class(2)"), ["9:34 MM3004"]);
    expectDiagnostics(named("class_weights by_class"), ["9:25 MM3004"]);
  });

  it("reports a gate that can't be supervised, and teachers that aren't known", () => {
    const train = (text: string) => spec({ fusion: block, train: `train { ${text} }` });
    expectDiagnostics(train("paradigm evidence supervise gate with pid(after: 0.5)"), []);
    expectDiagnostics(train("supervise gate with pid paradigm dmil"), ["18:11 MM6013"]);
    expectDiagnostics(train("paradigm evidence supervise gate with pit"), ["18:49 MM2005"]);
    expectDiagnostics(train("paradigm evidence supervise gate with pid supervise gate with pid"), [
      "18:53 MM6001",
    ]);
    expectDiagnostics(train("supervise 3"), ["18:11 MM2005"]);
  });

  it("reports rivals of a fusion that they can't train", () => {
    const train = (paradigm: string) => `train { paradigm ${paradigm} }`;
    expectDiagnostics(spec({ fusion: block, train: train("i2moe") }), ["18:20 MM6009"]);
    for (const paradigm of ["ogm", "agm", "pmr", "i2moe"]) {
      expectDiagnostics(spec({ train: train(paradigm) }), []);
      expectDiagnostics(spec({ fusion: "fusion = ensemble", train: train(paradigm) }), ["9:20 MM6009"]);
    }
    for (const paradigm of ["ogm", "agm", "pmr"]) {
      expectDiagnostics(spec({ fusion: block, train: train(paradigm) }), []);
    }
  });

  it("reports a single modality that there isn't, that predicts nothing alone, or whose encodings would be measured with others'", () => {
    const train = "train { paradigm unimodal(left) }";
    expectDiagnostics(spec({ train }), []);
    expectDiagnostics(spec({ train: train.replace("left", "lefd") }), ["9:20 MM2002"]);
    expectDiagnostics(spec({ train: train.replace("(left)", "") }), ["9:20 MM3003"]);
    const lacking = block.replace("unique(left) = linear\n", "");
    expectDiagnostics(spec({ fusion: lacking, train }), ["17:20 MM6004", "17:20 MM6007"]);
    const encodings = "evaluate { pid lsmi(on: encodings) per sample }";
    expectDiagnostics(spec({ train, evaluate: encodings }), ["10:14 MM6010"]);
    expectDiagnostics(spec({ train, evaluate: "evaluate { pid lsmi per sample }" }), []);
  });

  it("reports arguments of a paradigm that it hasn't", () => {
    const train = "train { paradigm dmil(ablation: intra, bound: club) }";
    expectDiagnostics(spec({ fusion: block, train }), ["18:35 MM3004", "18:49 MM3004"]);
    expectDiagnostics(spec({ train: "train { paradigm ogm(alpha: 2) }" }), ["9:31 MM3004"]);
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

  it("takes shares of modalities by name, and of several together", () => {
    const from = (args: string) =>
      spec({ data: `from synthetic(${args}, samples: 300)\n  split 0.8 train, 0.2 test` });
    expectDiagnostics(
      from("unique(left): 0.3, unique(right): 0.1, synergy: 0.2, noise(left): 0.4, block(left): 2"),
      [],
    );
    expectDiagnostics(from("redundancy(left, right): 0.3"), []);
    expectDiagnostics(from("unique(middle): 0.3"), ["14:25 MM2002"]);
    expectDiagnostics(from("synergy: 0.2, synergy(left, right): 0.3"), ["14:8 MM3005"]);
    expectDiagnostics(from("synergy(left): 0.3"), ["14:18 MM7018"]);
    expectDiagnostics(from("unique(left, right): 0.3"), ["14:18 MM7018"]);
    expectDiagnostics(from("synergy(left, left): 0.3"), ["14:32 MM5015"]);
    expectDiagnostics(from("synergy: 1, seed(left): 3"), ["14:30 MM7018"]);
    expectDiagnostics(from("unique(left): 0.3, unique(left): 0.2"), ["14:37 MM3005"]);
    expectDiagnostics(from("unique(left): 2"), ["14:32 MM3004"]);
    expectDiagnostics(from("unique: 0.4, unique(left): 0.7"), ["14:8 MM7013"]);
    expectDiagnostics(from("synergy: 1, block(left): 4"), ["14:8 MM7016"]);
  });

  it("reports what the other sources that draw can't be", () => {
    const from = (source: string) => spec({ data: `from ${source}\n  split 0.8 train, 0.2 test` });
    expectDiagnostics(from("gaussian_pair(samples: 300)"), ["14:8 MM7016", "14:8 MM7016"]);
    expectDiagnostics(from("gaussian_pair(rho: 1, samples: 300)"), ["14:27 MM3004"]);
    expectDiagnostics(from("logic_gate(gate: xor, samples: 300)"), ["14:8 MM7017"]);
    expectDiagnostics(from("logic_gate(gate: sum, samples: 300)"), []);
    expectDiagnostics(from("logic_gate(gate: [xor, nand], samples: 300)"), ["14:31 MM3004"]);
    expectDiagnostics(from("feature_sum(samples: 300)"), ["14:8 MM7013", "14:8 MM7016"]);
    expectDiagnostics(from("feature_sum(own(left): 1, latent: 4, samples: 300)"), []);
    expectDiagnostics(from("logic_gates(samples: 300)"), ["14:8 MM2005"]);
  });

  it("reports modalities that can't be missing, and classes that can't be held out", () => {
    const after = (line: string) => spec().replace(/split .*/, (split) => `${split}\n  ${line}`);
    const optional = (line: string) => after(line).replace("modality left", "optional modality left");
    expectDiagnostics(optional("missing left in 0.5 of test seed 3"), []);
    expectDiagnostics(after("missing left in 0.5 of test"), ["16:11 MM7019"]);
    expectDiagnostics(after("missing up in 0.5 of test"), ["16:11 MM2002"]);
    expectDiagnostics(optional("missing left in 1.5 of tests"), ["16:19 MM3004", "16:26 MM7020"]);
    expectDiagnostics(optional("missing left in 0.1 of test missing left in 0.2 of test"), ["16:31 MM2001"]);
    expectDiagnostics(after("hold out classes 2"), []);
    expectDiagnostics(after("hold out classes 2, 3"), ["16:23 MM7021"]);
    expectDiagnostics(after("hold out classes 0, 1"), ["16:3 MM7022"]);
    expectDiagnostics(after("hold out classes 0 hold out classes 1"), ["16:22 MM2001"]);
  });

  it("reports what is joined and skipped wrongly", () => {
    const data = (from: string, more = "") =>
      spec({
        data: `from ${from}\n  left <- "a"\n  right <- "b"\n  label <- "c"\n  split 0.8 train, 0.2 test ${more}`,
      });
    expectDiagnostics(data('"a/*.csv" joined with "b.h5" by "id"', "skip unreadable"), []);
    expectDiagnostics(data('"a.csv" joined with "../b.h5" by "id"'), ["14:28 MM7009"]);
    expectDiagnostics(data('"a.csv" joined with "b.mat" by "id"'), ["14:28 MM7010"]);
    expectDiagnostics(data('"a.csv"', "skip unreadable at most 1"), ["18:53 MM3004"]);
    expectDiagnostics(data('"a.csv"', "skip unreadable at most 0"), ["18:53 MM3004"]);
    expectDiagnostics(data('"a.csv"', "skip unreadable skip unreadable"), ["18:45 MM2001"]);
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

  it("knows the points that each decomposition makes, and the gate that no paradigm of single modalities has", () => {
    const measured = (train: string, evaluate: string) =>
      spec({ fusion: block, train: `train { paradigm ${train} }`, evaluate: `evaluate { ${evaluate} }` });
    expectDiagnostics(measured("dmil", "pid lsmi of main pid lsmi(on: unique) pid gate"), []);
    expectDiagnostics(measured("dmil(ablation: intra_only)", "pid lsmi of main pid lsmi of rest"), []);
    expectDiagnostics(measured("dmil(ablation: intra_only)", "pid lsmi of unique"), ["19:26 MM6021"]);
    expectDiagnostics(measured("dmil(ablation: consistency_only)", "pid lsmi of shared"), []);
    expectDiagnostics(measured("dmil(ablation: consistency_only)", "pid lsmi of main"), ["19:26 MM6021"]);
    expectDiagnostics(measured("joint", "pid lsmi of main pid gate"), ["19:26 MM6021"]);
    expectDiagnostics(measured("ensemble", "pid gate per sample"), ["18:20 MM6004", "19:14 MM6024"]);
    expectDiagnostics(measured("unimodal(left)", "pid lsmi of encodings"), ["18:20 MM6004", "19:14 MM6010"]);
  });

  it("closes the door of custom layers on request, and nothing else", () => {
    const source = spec().replace("left = mlp(16)", 'left = custom("./own.ts", 16)');
    expectDiagnostics(source, []);
    expectDiagnostics(source, ["5:34 MM3024"], { custom: false });
    expectDiagnostics(spec(), [], { custom: false });
  });

  it("takes a picture or a sequence as one channel, a table as columns of its names, and layers between that keep what comes", () => {
    const kinds = (left: string, encoder: string) =>
      spec({
        data: 'from "a.csv"\n  left <- "a"\n  right <- "b"\n  label <- "c"\n  split 0.8 train, 0.2 test',
      })
        .replace("left: vector(9)", `left: ${left}`)
        .replace("Left for left = mlp(16)", `Left for left = ${encoder}`);
    expectDiagnostics(
      kinds("audio(rate: 100, seconds: 1)", "norm -> mel(8) -> conv(4) -> pool(2) -> mean"),
      [],
    );
    expectDiagnostics(
      kinds(
        "audio(rate: 100, seconds: 1)",
        "conv1d(8, 5, stride: 2) -> lstm(4, output: all) -> attention(2) -> max",
      ),
      [],
    );
    expectDiagnostics(kinds("audio(rate: 100, seconds: 1)", "pool(2) -> mel(8) -> flatten"), ["5:27 MM3010"]);
    expectDiagnostics(kinds("sequence(10, 4)", "mel(8) -> flatten"), ["5:27 MM3010"]);
    expectDiagnostics(kinds("image(8, 8)", "resnet(8) -> mean"), ["5:40 MM3010"]);
    expectDiagnostics(kinds("tokens(4, 9)", "flatten -> embed(4) -> mean"), ["5:27 MM3021"]);
    const table = kinds("table(age: number, city: category(3))", "embed(4) -> mlp(16)").replace(
      'left <- "a"\n',
      "",
    );
    expectDiagnostics(table, []);
    expectDiagnostics(kinds("sequence(10, 4)", "gru(16)").replace('left <- "a"\n', ""), ["13:10 MM7003"]);
  });

  it("reports that dmil can't rebuild names", () => {
    const rebuilding = (kind: string, encoder: string) =>
      spec({
        fusion: block,
        train: "train { paradigm dmil(rebuild: inputs) }",
        data: 'from "a.npz"\n  left <- "a"\n  right <- "b"\n  label <- "c"\n  split 0.8 train, 0.2 test',
      })
        .replace("left: vector(9)", `left: ${kind}`)
        .replace("Left for left = mlp(16)", `Left for left = ${encoder}`);
    expectDiagnostics(rebuilding("sequence(9, 2)", "gru(16)"), []);
    expectDiagnostics(rebuilding("tokens(9, 20)", "embed(4) -> gru(16)"), ["18:20 MM6030"]);
    expectDiagnostics(
      rebuilding("table(age: number)", "mlp(16)").replace('left <- "a"', 'left <- "age"'),
      [],
    );
    expectDiagnostics(
      rebuilding("table(age: category(2))", "mlp(16)").replace('left <- "a"', 'left <- "age"'),
      ["18:20 MM6030"],
    );
  });
});
