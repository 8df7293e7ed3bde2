// Writes the data of emotion.mmspec, reviews.mmspec and sentiment.mmspec into examples/data (or the folder that is named): small, made up by the
// rules that stand below, so that anybody can run these specs. They show the language; no number that comes of them says anything
// of emotions, reviews or sentiment.
import { pathToFileURL } from "node:url";
import { writeNpz } from "./npz.mjs";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);

const random = uniform(7);
const below = (n) => Math.floor(n * random());
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const fill = (n, value) => Array.from({ length: n }, (_, i) => value(i));

/**
 * Emotions: calm, happy, sad, angry. The voice glides up for happy and angry, down for calm and sad; it is loud for angry and happy. The face's mouth
 * goes up for happy, down for sad and angry; its brows go down for angry. Each is unclear in every fifth sample.
 */
function emotion(samples = 600) {
  const [rate, length, side] = [8000, 4000, 24];
  const sounds = new Float32Array(samples * length);
  const faces = new Uint8Array(samples * side * side);
  const labels = new Int32Array(samples);
  for (let n = 0; n < samples; n++) {
    const [label, unclear] = [below(4), below(10)];
    labels[n] = label;
    const voice = unclear < 2 ? below(4) : label;
    const face = unclear >= 8 ? below(4) : label;
    const glide = [-0.2, 0.6, -0.5, 0.4][voice] + 0.05 * normal();
    const loud = [0.3, 0.7, 0.25, 0.9][voice] * (0.8 + 0.4 * random());
    let phase = 0;
    const pitch = 180 + 80 * random();
    for (let i = 0; i < length; i++) {
      phase += (2 * Math.PI * pitch * (1 + (glide * i) / length)) / rate;
      const tone = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
      sounds[n * length + i] = 0.4 * loud * tone + 0.02 * normal();
    }
    const picture = faces.subarray(n * side * side, (n + 1) * side * side);
    for (let p = 0; p < picture.length; p++) picture[p] = 20 + below(20);
    const dot = (x, y) => {
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column >= 0 && row >= 0 && column < side && row < side)
        picture[row * side + column] = 200 + below(50);
    };
    const [dx, dy] = [below(3) - 1, below(3) - 1];
    const bend = [0, 3, -3, -2][face];
    const brow = face === 3 ? 1.5 : 0;
    for (let t = -5; t <= 5; t++) dot(12 + dx + t, 17 + dy + bend * (0.5 - (t / 5) ** 2));
    for (const eye of [-5, 5]) {
      dot(12 + dx + eye, 9 + dy);
      for (let t = -2; t <= 2; t++) dot(12 + dx + eye + t, 6 + dy - Math.sign(eye) * t * brow * 0.5 + brow);
    }
  }
  return {
    sound: { values: sounds, shape: [samples, length] },
    face: { values: faces, shape: [samples, side, side] },
    emotion: { values: labels, shape: [samples] },
  };
}

const plain = [
  "we",
  "the",
  "it",
  "was",
  "a",
  "and",
  "room",
  "food",
  "place",
  "very",
  "staff",
  "night",
  "view",
  "is",
  "to",
];
const good = ["lovely", "great", "clean", "friendly", "quiet", "warm"];
const bad = ["dirty", "cold", "rude", "noisy", "broken", "awful"];
const neither = ["not", "but", "here", "there", "again", "they"];

/**
 * Reviews: would the guest come again? The words tell, and so do the price and the kind of trip: at a high price good words don't suffice. Word 0 fills
 * what a review is shorter than the longest.
 */
function reviews(samples = 800) {
  const vocabulary = ["", ...plain, ...good, ...bad, ...neither];
  const length = 16;
  const code = (word) => vocabulary.indexOf(word);
  const tokens = new Int32Array(samples * length);
  const cities = ["Bergen", "Lyon", "Porto", "Turin", "Vilnius"];
  const trips = ["alone", "family", "work"];
  const city = fill(samples, () => cities[below(cities.length)]);
  const trip = fill(samples, () => trips[below(trips.length)]);
  const price = new Float32Array(samples);
  const nights = new Float32Array(samples);
  const labels = new Int32Array(samples);
  for (let n = 0; n < samples; n++) {
    const pleased = random() < 0.5;
    price[n] = Math.round(40 + 160 * random());
    nights[n] = 1 + below(7);
    const limit = { alone: 110, family: 90, work: 170 }[trip[n]];
    labels[n] = Number(pleased && price[n] < limit);
    const words = 8 + below(length - 7);
    for (let i = 0; i < words; i++) {
      const kind = random();
      const list = kind < 0.25 ? (random() < 0.85 === pleased ? good : bad) : kind < 0.35 ? neither : plain;
      tokens[n * length + i] = code(list[below(list.length)]);
    }
  }
  return {
    words: { values: tokens, shape: [samples, length] },
    "words.vocabulary": { values: vocabulary, shape: [vocabulary.length] },
    city: { values: city, shape: [samples] },
    trip: { values: trip, shape: [samples] },
    price: { values: price, shape: [samples] },
    nights: { values: nights, shape: [samples] },
    again: { values: labels, shape: [samples] },
  };
}

/**
 * Sentiment of what is said, from words, voice and face in time, as in corpora like CMU-MOSI: the voice's features rise or fall, the face's light up early or late,
 * and a flat voice turns what good words say around.
 */
function sentiment(samples = 800) {
  const [words, voices, voiceFeatures, faces, faceFeatures] = [12, 20, 6, 10, 8];
  const vocabulary = ["", ...plain, ...good, ...bad, ...neither];
  const tokens = new Int32Array(samples * words);
  const voice = new Float32Array(samples * voices * voiceFeatures);
  const face = new Float32Array(samples * faces * faceFeatures);
  const labels = new Int32Array(samples);
  for (let n = 0; n < samples; n++) {
    const [kind, flat] = [random() < 0.5, random() < 0.3];
    labels[n] = Number(kind !== flat);
    for (let i = 0; i < words; i++) {
      const list = random() < 0.3 ? (kind ? good : bad) : plain;
      tokens[n * words + i] = vocabulary.indexOf(list[below(list.length)]);
    }
    for (let t = 0; t < voices; t++) {
      for (let f = 0; f < voiceFeatures; f++) {
        const rise = flat ? 0 : (t / voices - 0.5) * (f % 2 === 0 ? 2 : -2);
        voice[(n * voices + t) * voiceFeatures + f] = rise + 0.5 * normal();
      }
    }
    const moment = labels[n] === 1 ? 2 : 7;
    for (let t = 0; t < faces; t++) {
      for (let f = 0; f < faceFeatures; f++)
        face[(n * faces + t) * faceFeatures + f] =
          Math.exp(-((t - moment) ** 2) / 4) * 0.6 * (f < 3) + 0.6 * normal();
    }
  }
  return {
    words: { values: tokens, shape: [samples, words] },
    "words.vocabulary": { values: vocabulary, shape: [vocabulary.length] },
    voice: { values: voice, shape: [samples, voices, voiceFeatures] },
    face: { values: face, shape: [samples, faces, faceFeatures] },
    sentiment: { values: labels, shape: [samples] },
  };
}

for (const [name, arrays] of Object.entries({
  emotion: emotion(),
  reviews: reviews(),
  sentiment: sentiment(),
})) {
  writeNpz(new URL(`${name}.npz`, folder), arrays);
}
