// Writes the data of questions.mmspec, examples/data/questions.npz (or into the folder that is named; a second argument says how many samples): pictures of
// two shapes side by side, and a question about them. The pictures are drawn and the questions asked by the rules that stand below.
//
// Neither alone tells the answer: it is drawn without a look at the picture, and with either answer all questions of a form are equally
// likely. A yes-question is one of those that hold; a no-question is one of these with one word changed, by a change that is as likely
// as the one back.
import { pathToFileURL } from "node:url";
import { writeNpz } from "./npz.mjs";
import { uniform } from "./uniform.mjs";

const folder =
  process.argv[2] === undefined ? new URL("data/", import.meta.url) : pathToFileURL(`${process.argv[2]}/`);
const samples = Number(process.argv[3] ?? 8000);

const random = uniform(11);
const below = (n) => Math.floor(n * random());
const other = (list, word) => list.filter((one) => one !== word)[below(list.length - 1)];

const colours = ["red", "green", "blue"];
const shapes = ["circle", "square", "cross"];
const sides = ["left", "right"];
/** Word 0 fills what a question is shorter than the longest. */
const vocabulary = ["", "is", "there", "a", "of", "on", "the", ...colours, ...shapes, ...sides];
const side = 20;
const longest = 10;

/** Whether a place lies in a shape around the origin. */
const within = {
  circle: (x, y) => x * x + y * y <= 12,
  square: (x, y) => Math.abs(x) <= 3 && Math.abs(y) <= 3,
  cross: (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) < 1 && Math.abs(x) <= 3,
};

const same = (a, b) => a.colour === b.colour && a.shape === b.shape;

/** Two different things, the first on the left. */
function things() {
  const thing = () => ({ colour: colours[below(3)], shape: shapes[below(3)] });
  const first = thing();
  let second = thing();
  while (same(first, second)) second = thing();
  return [first, second];
}

function draw(picture, pair) {
  for (let p = 0; p < picture.length; p++) picture[p] = below(40);
  pair.forEach(({ colour, shape }, which) => {
    const [row, column] = [4 + below(side - 8), 4 + below(3) + 9 * which];
    for (let y = -3; y <= 3; y++)
      for (let x = -3; x <= 3; x++)
        if (within[shape](x, y))
          picture[3 * ((row + y) * side + column + x) + colours.indexOf(colour)] = 180 + below(70);
  });
}

/** The words of a question of one of three forms. */
function words({ form, first, where, second }) {
  const named = ({ colour, shape }) => ["a", colour, shape];
  const beginning = ["is", "there", ...named(first)];
  if (form === 0) return beginning;
  if (form === 1) return [...beginning, "on", "the", where];
  return [...beginning, where, "of", ...named(second)];
}

function holds({ form, first, where, second }, pair) {
  const at = (thing, place) => same(pair[place], thing);
  if (form === 0) return at(first, 0) || at(first, 1);
  const place = sides.indexOf(where);
  return at(first, place) && (form === 1 || at(second, 1 - place));
}

/** A question that holds of the pair, about either thing. */
function trueQuestion(form, pair) {
  const place = below(2);
  return { form, first: pair[place], where: sides[place], second: pair[1 - place] };
}

/** The same with one word changed, so that it doesn't hold. Where it would ask for the same thing twice the side is changed. */
function falseQuestion(form, pair) {
  for (;;) {
    const question = trueQuestion(form, pair);
    const which = form === 2 && below(2) === 1 ? "second" : "first";
    const thing = question[which];
    const change = below(form === 0 ? 2 : 3);
    if (change === 0) question[which] = { ...thing, colour: other(colours, thing.colour) };
    else if (change === 1) question[which] = { ...thing, shape: other(shapes, thing.shape) };
    const twice = form === 2 && same(question.first, question.second);
    if (twice) question[which] = thing;
    if (change === 2 || twice) question.where = other(sides, question.where);
    if (!holds(question, pair)) return question;
  }
}

const images = new Uint8Array(samples * side * side * 3);
const tokens = new Int32Array(samples * longest);
const answers = new Int32Array(samples);
for (let n = 0; n < samples; n++) {
  const pair = things();
  draw(images.subarray(n * side * side * 3, (n + 1) * side * side * 3), pair);
  answers[n] = below(2);
  const question = (answers[n] === 1 ? trueQuestion : falseQuestion)(below(3), pair);
  words(question).forEach((word, i) => (tokens[n * longest + i] = vocabulary.indexOf(word)));
}

writeNpz(new URL("questions.npz", folder), {
  image: { values: images, shape: [samples, side, side, 3] },
  question: { values: tokens, shape: [samples, longest] },
  "question.vocabulary": { values: vocabulary, shape: [vocabulary.length] },
  answer: { values: answers, shape: [samples] },
});
