import { damaged } from "./damaged.js";
import { FlatBuffer, type FlatTable } from "./flatbuffer.js";

/** A part of a file. */
export type ReadPart = (offset: number, length: number) => Promise<Uint8Array> | Uint8Array;

/** Bytes of a message's metadata, at most: that of 10 000 columns takes 2 MB. */
const mostMetadata = 2 ** 27;
/** How deep lists may be in lists. */
const mostDepth = 64;

/** What a message is of, by the numbers of Arrow's format. */
const kinds = { schema: 1, dictionary: 2, batch: 3 };
const unionType = 14;
const timestampType = 10;

/**
 * Follows the metadata of an Arrow file or stream, and checks all places, lengths and counts in it before a library does what they say, which for damaged ones may never end.
 * Format: https://arrow.apache.org/docs/format/Columnar.html (Message.fbs, Schema.fbs, File.fbs of version 1.5).
 * @param size bytes of the file
 * @throws Error when something leads nowhere, or doesn't fit the rest
 */
export async function checkArrowFraming(read: ReadPart, size: number): Promise<void> {
  const head = size < 8 ? "" : textOf(await read(0, 6));
  await (head === "ARROW1" ? checkFile(read, size) : checkStream(read, size));
}

async function checkFile(read: ReadPart, size: number): Promise<void> {
  const end = size - 10;
  const tail = end < 8 ? undefined : await read(end, 10);
  if (tail === undefined || textOf(tail.subarray(4)) !== "ARROW1") throw damaged("it is cut off");
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (length <= 0 || length > end - 8 || length > mostMetadata) throw damaged();
  const footer = new FlatBuffer(await read(end - length, length)).root();
  const schema = footer.table(1);
  if (schema === undefined) throw damaged("its footer tells of no columns");
  const fields = schemaOf(schema);
  pairs(footer, 4);
  let used = 0;
  for (const [field, kind] of [
    [2, kinds.dictionary],
    [3, kinds.batch],
  ] as const)
    for (const at of footer.places(field, 24)) {
      const begin = footer.buffer.size(at);
      const message = await messageAt(read, begin, end - length);
      if (message?.kind !== kind) throw damaged("its footer leads to no rows");
      checkBatch(message, fields);
      used += message.end - begin;
      // Many that are one and the same would be read again and again.
      if (used > size) throw damaged("its footer tells of more than it has");
    }
}

async function checkStream(read: ReadPart, size: number): Promise<void> {
  const first = await messageAt(read, 0, size);
  if (first?.kind !== kinds.schema) throw damaged("it is no Arrow");
  const fields = schemaOf(first.header);
  for (let at = first.end; at < size;) {
    const message = await messageAt(read, at, size);
    if (message === undefined) return;
    if (message.kind !== kinds.dictionary && message.kind !== kinds.batch) throw damaged();
    checkBatch(message, fields);
    at = message.end;
  }
}

interface Message {
  kind: number;
  header: FlatTable;
  bodyLength: number;
  /** Where the next one begins. */
  end: number;
}

/** The message at a place; nothing where a stream ends. */
async function messageAt(read: ReadPart, begin: number, size: number): Promise<Message | undefined> {
  if (begin + 4 > size) throw damaged("it is cut off");
  const prefix = await read(begin, Math.min(8, size - begin));
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  // Before version 0.15 the length came first.
  const marked = view.getInt32(0, true) === -1;
  if (marked && prefix.byteLength < 8) throw damaged("it is cut off");
  const length = view.getInt32(marked ? 4 : 0, true);
  if (length === 0) return undefined;
  const at = begin + (marked ? 8 : 4);
  if (length < 0 || length > mostMetadata) throw damaged();
  if (at + length > size) throw damaged("it is cut off");
  const message = new FlatBuffer(await read(at, length)).root();
  const header = message.table(2);
  // Version 4 is of 2017; those before have their places otherwise.
  if (message.short(0) < 3) throw damaged("it is of a version of Arrow before 4; save it anew");
  const bodyLength = message.size(3);
  pairs(message, 4);
  if (header === undefined) throw damaged();
  const end = at + length + bodyLength;
  if (end > size) throw damaged("it is cut off");
  return { kind: message.byte(1), header, bodyLength, end };
}

/** Of what a batch consists. */
interface Fields {
  /** Nodes of each column: one, and those of its parts. */
  columns: number[];
  /** The same of each dictionary's values, by its number. */
  dictionaries: Map<number, number>;
}

function schemaOf(schema: FlatTable): Fields {
  const dictionaries: Fields["dictionaries"] = new Map();
  const columns = schema.tables(1).map((field) => nodesOf(field, dictionaries, 0));
  pairs(schema, 2);
  schema.check(3, 8);
  return { columns, dictionaries };
}

function nodesOf(field: FlatTable, dictionaries: Fields["dictionaries"], depth: number): number {
  if (depth > mostDepth) throw damaged(`its columns have lists in lists, more than ${mostDepth} deep`);
  field.check(0);
  const type = field.table(3);
  if (field.byte(2) === unionType) type?.check(1, 4);
  if (field.byte(2) === timestampType) type?.check(1);
  pairs(field, 6);
  const own = field.tables(5).reduce((sum, child) => sum + nodesOf(child, dictionaries, depth + 1), 1);
  const dictionary = field.table(4);
  if (dictionary === undefined) return own;
  dictionary.table(1);
  dictionaries.set(dictionary.size(0), own);
  return 1;
}

function pairs(table: FlatTable, field: number): void {
  for (const pair of table.tables(field)) {
    pair.check(0);
    pair.check(1);
  }
}

function checkBatch({ kind, header, bodyLength }: Message, fields: Fields): void {
  if (kind === kinds.batch) {
    checkRows(header, bodyLength, fields.columns);
    return;
  }
  const data = header.table(1);
  const nodes = fields.dictionaries.get(header.size(0));
  if (data === undefined || nodes === undefined) throw damaged("it has names of no column");
  checkRows(data, bodyLength, [nodes]);
}

/** @param columns nodes of each column */
function checkRows(batch: FlatTable, bodyLength: number, columns: readonly number[]): void {
  const rows = batch.size(0);
  const { buffer } = batch;
  if (columns.length === 0 && rows > 0) throw damaged("it has rows without columns");
  const nodes = batch.places(1, 16).map((at) => {
    const [length, missing] = [buffer.size(at), buffer.size(at + 8)];
    if (missing > length) throw damaged("more values are missing than there are");
    return length;
  });
  let node = 0;
  for (const count of columns) {
    if (nodes[node] !== rows) throw damaged("its columns differ in length");
    node += count;
  }
  if (node !== nodes.length) throw damaged("its rows don't have the columns that it tells of");
  const buffers = batch.places(2, 16);
  let used = 0;
  for (const at of buffers) {
    const [offset, length] = [buffer.size(at), buffer.size(at + 8)];
    used += length;
    if (offset + length > bodyLength || used > bodyLength) throw damaged("its columns lie outside of it");
  }
  batch.table(3);
  for (const at of batch.places(4, 8)) if (buffer.size(at) > buffers.length) throw damaged();
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
