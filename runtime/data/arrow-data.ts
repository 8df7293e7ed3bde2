import type * as Arrow from "apache-arrow";
import { damaged } from "./damaged.js";
import { mostBytes, TooLarge } from "./limits.js";

/** Values that take no bytes, as nulls alone, may be as many as this beside a few for each byte of the file. */
const mostOfNothing = 2 ** 20;

/**
 * Checks that the values of a column are there: as many as its header says, and all that its lists, texts and names lead to. The library reads what isn't there as nothing, or as
 * something else.
 * @param size bytes of the file
 * @throws Error when some aren't; TooLarge where few bytes lead to very many values
 */
export function checkArrowData(
  arrow: typeof Arrow,
  name: string,
  data: Arrow.Data | undefined,
  size: number,
): void {
  // Of a column without rows the library makes no parts.
  if (data === undefined) return;
  const { type, length } = data;
  const children: readonly (Arrow.Data | undefined)[] = data.children;
  const T = arrow.DataType;
  const lacks = (what: string) => damaged(`its header tells of ${length} rows, but "${name}" ${what}`);
  const entries = (values: ArrayLike<unknown> | undefined) => values?.length ?? 0;

  if (length > 0 && data.nullCount > 0 && !T.isNull(type) && !T.isUnion(type))
    if (8 * entries(data.nullBitmap) < length) throw lacks("doesn't say which are missing");

  if (T.isNull(type) || (data.stride === 0 && entries(data.values) === 0)) {
    if (length > 8 * size + mostOfNothing) throw lacks("has fewer values");
  } else if (T.isBool(type)) {
    if (8 * entries(data.values) < length) throw lacks("has fewer values");
  } else if (T.isUtf8(type) || T.isBinary(type) || T.isLargeUtf8(type) || T.isLargeBinary(type)) {
    checkOffsets(data, entries(data.values), lacks);
  } else if (T.isList(type) || T.isMap(type) || T.isLargeList(type)) {
    checkOffsets(data, children[0]?.length ?? 0, lacks);
  } else if (T.isFixedSizeList(type)) {
    if ((children[0]?.length ?? 0) < length * type.listSize || !(type.listSize >= 0))
      throw lacks("has fewer values");
  } else if (T.isStruct(type)) {
    if (
      children.length === 0
        ? length > 8 * size + mostOfNothing
        : children.some((child) => (child?.length ?? 0) < length)
    )
      throw lacks("has fewer values");
  } else if (T.isUnion(type)) {
    if (entries(data.typeIds) < length) throw lacks("has fewer values");
  } else if (T.isUtf8View(type) || T.isBinaryView(type)) {
    checkViews(data, lacks);
  } else if (entries(data.values) < length * data.stride) {
    throw lacks("has fewer values");
  }

  for (const child of children) checkArrowData(arrow, name, child, size);
  if (T.isDictionary(type)) checkNames(arrow, name, data, size, lacks);
}

type Lacks = (what: string) => Error;

/** Where each list or text begins and ends: one behind the other, inside of what there is. */
function checkOffsets({ valueOffsets, length }: Arrow.Data, values: number, lacks: Lacks): void {
  if (length === 0) return;
  const offsets = valueOffsets as Int32Array | BigInt64Array | undefined;
  if (offsets === undefined || offsets.length < length + 1) throw lacks("has fewer values");
  let before = 0;
  for (let i = 0; i <= length; i++) {
    const at = Number(offsets[i]);
    if (!(at >= before)) throw lacks("has some that end before they begin");
    before = at;
  }
  if (before > values) throw lacks("has some that end outside of it");
}

/** Texts of which the short ones stand in their place, and others in one of several buffers. */
function checkViews({ values, length, variadicBuffers }: Arrow.Data, lacks: Lacks): void {
  const bytes = values as Uint8Array;
  if (bytes.length < 16 * length) throw lacks("has fewer values");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let most = mostBytes;
  for (let at = 0; at < 16 * length; at += 16) {
    const size = view.getInt32(at, true);
    if (size < 0) throw lacks("has some that end before they begin");
    if (size <= 12) continue;
    const [buffer, from] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    if (from < 0 || from + size > (variadicBuffers[buffer]?.length ?? 0))
      throw lacks("has some that end outside of it");
    most -= size;
    if (most < 0) throw new TooLarge(mostBytes);
  }
}

/** Numbers of names, all of which must be there; one that is long may be named often. */
function checkNames(arrow: typeof Arrow, name: string, data: Arrow.Data, size: number, lacks: Lacks): void {
  const dictionary = data.dictionary as Arrow.Vector | undefined;
  if (dictionary === undefined) throw lacks("lacks its names");
  for (const part of dictionary.data) checkArrowData(arrow, name, part, size);
  const lengths = lengthsOf(dictionary);
  let most = mostBytes;
  for (let i = 0; i < data.length; i++) {
    if (!data.getValid(i)) continue;
    const index = Number((data.values as ArrayLike<number | bigint>)[data.offset + i]);
    if (!(index >= 0 && index < dictionary.length)) throw lacks("has numbers of no name");
    most -= lengths(index);
    if (most < 0) throw new TooLarge(mostBytes);
  }
}

/** How long each name is; 0 where all are short. */
function lengthsOf(dictionary: Arrow.Vector): (index: number) => number {
  const lengths = dictionary.data.flatMap(({ valueOffsets, length, stride, children }) => {
    const offsets = valueOffsets as Int32Array | BigInt64Array | undefined;
    return Array.from({ length }, (_, i) =>
      offsets !== undefined ? Number(offsets[i + 1]) - Number(offsets[i]) : children.length > 0 ? stride : 0,
    );
  });
  return (index) => lengths[index] ?? 0;
}
