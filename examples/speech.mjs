// English digits by a voice that is made up: a buzz or a hiss through two resonances, which glide from vowel to vowel of the word. Nothing that comes of it says anything
// of speech.

/** Samples a second. */
export const rate = 8000;

/** Middles of the two resonances in Hz, about as Peterson and Barney (1952) measured them, and how much of the sound is hiss. */
const sounds = {
  i: [270, 2290, 0],
  I: [390, 1990, 0],
  e: [530, 1840, 0],
  a: [730, 1090, 0],
  o: [570, 840, 0],
  u: [300, 870, 0],
  V: [640, 1190, 0],
  r: [490, 1350, 0],
  n: [250, 1500, 0],
  s: [2800, 3500, 1],
  f: [1500, 3000, 0.9],
};

/** The digits from 0 to 9 as sounds one after the other. */
export const digits = ["sIro", "uVn", "fu", "fri", "for", "faIf", "sIs", "seVn", "eI", "naIn"];

/**
 * One word by one voice: `rate` samples, a second.
 * @param random uniform numbers
 * @param hiss how loud what isn't the voice is
 */
export function spoken(digit, random, hiss = 0.05) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const word = [...digits[digit]].map((name) => sounds[name]);
  const [pitch, size, loud] = [90 + 140 * random(), 0.9 + 0.25 * random(), 0.4 + 0.5 * random()];
  const length = Math.round(rate * (0.35 + 0.35 * random()));
  const begin = Math.floor((rate - length) * random());
  const values = Float32Array.from({ length: rate }, () => hiss * normal());
  /** Two samples of what each resonance has made. */
  const made = [
    [0, 0],
    [0, 0],
  ];
  let phase = 0;
  for (let i = 0; i < length; i++) {
    const at = (i / length) * (word.length - 1);
    const [from, to] = [word[Math.floor(at)], word[Math.ceil(at)]];
    // A sound stays for a while before it glides into the next.
    const glide = Math.min(1, Math.max(0, 3 * (at % 1) - 1));
    const [low, high, breath] = from.map((value, k) => value + (to[k] - value) * glide);
    phase += (pitch * (1.1 - (0.2 * i) / length)) / rate;
    const pulse = phase >= 1 ? 6 : 0;
    phase %= 1;
    const source = pulse * (1 - breath) + 0.7 * breath * normal();
    const voice = [low, high].reduce((sum, middle, k) => {
      const radius = Math.exp((-Math.PI * (60 + 60 * k)) / rate);
      const turn = 2 * radius * Math.cos((2 * Math.PI * middle * size) / rate);
      const [last, before] = made[k];
      const next = source * (1 - radius) + turn * last - radius ** 2 * before;
      made[k] = [next, last];
      return sum + next;
    }, 0);
    values[begin + i] += loud * voice * Math.sin((Math.PI * i) / length);
  }
  return values;
}
