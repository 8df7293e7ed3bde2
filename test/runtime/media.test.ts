import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadData, readTable, type DataPlan } from "../../runtime/data/index.js";
import { readPicture } from "../../runtime/data/media/picture.js";
import { readSound } from "../../runtime/data/media/sound.js";
import { readWav } from "../../runtime/data/media/wav.js";
import { int16, png, wav } from "../support/media.js";
import { problemsIn } from "../support/problems.js";

const folder = mkdtempSync(join(tmpdir(), "mmspec-media-"));

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return name;
}

async function problemsOf(reading: Promise<unknown>): Promise<string[]> {
  return (await problemsIn(reading)).map(
    ({ code, message, fix }) => `${code} ${message}${fix ? ` (${fix})` : ""}`,
  );
}

describe("pictures", () => {
  it("become values of pixels, in the channels that are asked for", async () => {
    const red = await png([255, 0, 0, 0, 0, 255], 2, 3);
    const values = async (bytes: Uint8Array, channels: number) => [
      ...(await readPicture(bytes, channels)).values,
    ];
    expect(await values(red, 3)).toEqual([255, 0, 0, 0, 0, 255]);
    expect(await values(red, 4)).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
    expect(await values(await png([7, 200], 2, 1), 1)).toEqual([7, 200]);
    const jpeg = await sharp(red).resize(8, 8, { fit: "fill" }).jpeg().toBuffer();
    expect((await readPicture(jpeg, 1)).shape).toEqual([8, 8, 1]);
    await expect(readPicture(red, 2)).rejects.toThrow("not 2");
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';
    await expect(readPicture(Buffer.from(drawing), 3)).rejects.toThrow("neither PNG, JPEG nor WebP");
  });

  it("of more pixels than the bound are refused", async () => {
    const large = await sharp({ create: { width: 300, height: 300, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    await expect(readPicture(large, 3, 89_999)).rejects.toThrow(/pixel/i);
    expect((await readPicture(large, 3, 90_000)).shape).toEqual([300, 300, 3]);
  });
});

describe("sounds", () => {
  it("of each depth are read exactly, channels as their mean", () => {
    const values = (bytes: Uint8Array, about = {}) => [...readWav(wav(bytes, about)).values];
    expect(values(int16(-32768, 16384, 0))).toEqual([-1, 0.5, 0]);
    expect(values(Uint8Array.of(0, 128, 192), { bits: 8 })).toEqual([-1, 0, 0.5]);
    const of24 = Uint8Array.of(0, 0, 0x80, 0, 0, 0x40, 255, 255, 255);
    expect(values(of24, { bits: 24 })).toEqual([-1, 0.5, -(2 ** -23)]);
    const of32 = new Uint8Array(Int32Array.of(-(2 ** 31), 2 ** 30).buffer);
    expect(values(of32, { bits: 32 })).toEqual([-1, 0.5]);
    const floats = new Uint8Array(Float32Array.of(0.25, -2).buffer);
    expect(values(floats, { tag: 3, bits: 32 })).toEqual([0.25, -2]);
    expect(values(int16(-32768, 0, 16384, 16384), { channels: 2 })).toEqual([-0.5, 0.5]);
  });

  it("that are damaged or packed are refused", () => {
    const whole = wav(int16(1, 2, 3));
    for (let end = 0; end < whole.length; end++)
      expect(() => readWav(whole.subarray(0, end))).toThrow(/cut off|no WAV|no samples/);
    expect(() => readWav(wav(int16(1), { tag: 2, bits: 4 }))).toThrow("packed");
    expect(() => readWav(wav(int16(1), { channels: 0 }))).toThrow();
  });
});

/** Written by libsndfile 1.2; `exact` are -1, the largest, 1/2, 0, and the smallest on both sides of 0. */
const sounds = (name: string) => readFileSync(join("test/support/sounds", name));

describe("packed sounds", () => {
  it("of FLAC are read exactly, channels as their mean", async () => {
    for (const bits of [16, 24]) {
      const step = 2 ** (1 - bits);
      const { rate, values } = await readSound(sounds(`exact${bits}.flac`));
      expect([rate, ...values]).toEqual([8000, -1, 1 - step, 0.5, 0, step, -step]);
    }
    const { values } = await readSound(sounds("stereo.flac"));
    expect([...values].slice(0, 3)).toEqual([-0.5, (1 - 2 ** -15) / 2, 0.25]);
  });

  it("of MP3 and Ogg Vorbis are near to what was packed", async () => {
    const tone = Array.from(
      { length: 800 },
      (_, i) => Math.round(16000 * Math.sin((2 * Math.PI * 440 * i) / 8000)) / 2 ** 15,
    );
    for (const name of ["tone.mp3", "tone.ogg"]) {
      const { rate, values } = await readSound(sounds(name));
      expect(rate).toBe(8000);
      expect(values).toHaveLength(800);
      const middle = Array.from({ length: 400 }, (_, i) => i + 200);
      const product = (of: (i: number) => number) => middle.reduce((sum, i) => sum + of(i), 0);
      const power = product((i) => (tone[i] as number) ** 2);
      expect(product((i) => (values[i] as number) * (tone[i] as number)) / power).toBeCloseTo(1, 1);
    }
  });

  it("that are cut off, unpack to too much or are something else are refused", async () => {
    const whole = sounds("exact16.flac");
    for (let end = 1; end < whole.length; end += 7)
      await expect(readSound(whole.subarray(0, end))).rejects.toThrow();
    for (const end of [40, 1000, 2800])
      await expect(readSound(sounds("tone.ogg").subarray(0, end))).rejects.toThrow("cut off");
    await expect(readSound(sounds("tone.mp3").subarray(0, 200))).rejects.toThrow("no samples");
    // 8 kB of file, 3 million samples.
    await expect(readSound(sounds("silence.flac"), 2 ** 20)).rejects.toThrow("more than 1048576 samples");
    await expect(readSound(Buffer.from("a text"))).rejects.toThrow("neither WAV, FLAC, MP3 nor Ogg Vorbis");
    await expect(readSound(new Uint8Array(0))).rejects.toThrow("neither");
  });
});

describe("files that data names", () => {
  const split = { train: 0.5, test: 0.5, stratified: true, seed: 1 };
  const target = { name: "kind", column: "class", classes: ["cat", "dog"] };
  const picture = (more: object = {}) => ({ columns: ["file"], shape: [1, 2, 1], line: 4, ...more });
  const plan = (from: string, modalities: DataPlan["modalities"]): DataPlan => ({
    from,
    modalities,
    target,
    split,
  });

  /** The values of each row, whatever its part. */
  async function valuesOf(given: DataPlan, modality: string) {
    const { train, test } = await loadData(given, folder);
    const found: (number[] | "missing")[] = [];
    for (const { size, index, inputs, present } of [train, test]) {
      const values = inputs[modality] as Float32Array;
      const width = values.length / size;
      for (let i = 0; i < size; i++)
        found[index[i] as number] = present[modality]?.[i]
          ? [...values.subarray(i * width, (i + 1) * width)]
          : "missing";
    }
    return found;
  }

  it("come from a folder for each class, in order", async () => {
    for (const [i, name] of ["cat/2", "cat/1", "dog/1", "dog/3"].entries())
      write(`animals/${name}.png`, await png([i, 10 * i], 2, 1));
    write("animals/.hidden", "");
    const { columns } = await readTable("animals/", folder);
    expect(columns.get("file")?.values).toEqual(["cat/1.png", "cat/2.png", "dog/1.png", "dog/3.png"]);
    expect(columns.get("class")?.values).toEqual(["cat", "cat", "dog", "dog"]);
    expect(await valuesOf(plan("animals/", { eye: picture() }), "eye")).toEqual([
      [1, 10],
      [0, 0],
      [2, 20],
      [3, 30],
    ]);
    write("animals/dog/notes.pdf", "");
    expect(await problemsOf(readTable("animals/", folder))).toEqual([
      expect.stringContaining('"dog/notes.pdf" is no picture, sound or text (.png .jpg'),
    ]);
  });

  it("come beside a table; what is shorter is filled with silence, what is absent is missing", async () => {
    write("media/a.png", await png([1, 2], 2, 1));
    write("media/a.wav", wav(int16(16384)));
    write("media/b.wav", wav(int16(-16384, 0, 8192)));
    const lines = ["a.png,a.wav,cat", ",b.wav,dog", "gone.png,a.wav,dog", "a.png,b.wav,cat"];
    const from = write("media/list.csv", ["file,sound,class", ...lines].join("\n"));
    const ear = { columns: ["sound"], shape: [3], rate: 8000 };
    const eye = picture({ optional: true });
    expect(await valuesOf(plan(from, { eye, ear }), "eye")).toEqual([[1, 2], "missing", "missing", [1, 2]]);
    expect(await valuesOf(plan(from, { ear }), "ear")).toEqual([
      [0.5, 0, 0],
      [-0.5, 0, 0.25],
      [0.5, 0, 0],
      [-0.5, 0, 0.25],
    ]);
    expect(await problemsOf(loadData(plan(from, { eye: picture() }), folder))).toEqual([
      expect.stringMatching(
        /^MM4050 There is no file "gone.png", which row 2 names for `eye` \(1 such row\)/,
      ),
      expect.stringMatching(/^MM4008 `eye` has 2 values .* in 1 sample; the first in row 1/),
    ]);
    expect(await problemsOf(loadData(plan(from, { ear: { ...ear, rate: 16000 } }), folder))).toEqual([
      expect.stringMatching(/^MM4054 `ear` wants 16000 samples a second, but "a.wav" in row 0 has 8000 \(4/),
    ]);
    expect(await problemsOf(loadData(plan(from, { ear: { ...ear, shape: [2] } }), folder))).toEqual([
      expect.stringMatching(/^MM4055 .* but "b.wav" in row 1 has 0.0004 \(2 such rows\)/),
    ]);
  });

  it("stay in the folder of the data", async () => {
    const outside = mkdtempSync(join(tmpdir(), "mmspec-outside-"));
    writeFileSync(join(outside, "secret.png"), await png([1, 2], 2, 1));
    mkdirSync(join(folder, "inside"));
    symlinkSync(join(outside, "secret.png"), join(folder, "inside/link.png"));
    for (const file of [join(outside, "secret.png"), "../../secret.png", "link.png", "..\\secret.png"]) {
      const from = write("inside/list.jsonl", `${JSON.stringify({ file, class: "cat" })}\n`);
      expect(await problemsOf(loadData(plan(from, { eye: picture({ optional: true }) }), folder))).toEqual([
        expect.stringMatching(/^MM4052 /),
      ]);
    }
  });

  it("tell sizes that differ and damage, also of an optional modality", async () => {
    write("sizes/a.png", await png([1, 2, 3, 4], 2, 1));
    write("sizes/b.png", "no picture");
    const from = write("sizes/list.csv", "file,class\na.png,cat\nb.png,dog\n");
    expect(await problemsOf(loadData(plan(from, { eye: picture({ optional: true }) }), folder))).toEqual([
      expect.stringMatching(/^MM4053 .*pictures of 1 x 2 .*"a.png" in row 0 has 2 x 2 .*`resized to 1, 2`/),
      expect.stringMatching(/^MM4051 "b.png", which row 1 names for `eye`, can't be read: /),
    ]);
  });
});
