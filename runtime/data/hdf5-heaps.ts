const signature = Buffer.from("GCOL\x01");
/** Bytes of the head of a collection, and of that of each object in it. */
const headBytes = 16;

/**
 * Checks the places where HDF5 keeps texts of any length, as its library walks them: an object that takes no bytes would keep that going for ever.
 * Format: https://docs.hdfgroup.org/archive/support/HDF5/doc/H5.format.html, "Global Heap".
 * @throws Error when objects lie outside of their collection, or on each other
 */
export function checkHdf5Heaps(bytes: Buffer): void {
  // Collections lie apart, so that all their objects together take no more than the file.
  let left = bytes.length / headBytes + 1000;
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1)) {
    if (at + headBytes > bytes.length) return;
    const end = at + size(bytes, at + 8);
    let object = at + headBytes;
    while (object + headBytes <= Math.min(end, bytes.length)) {
      const length = size(bytes, object + 8);
      // Object 0 is what is free, and counts its own head.
      const free = bytes.readUInt16LE(object) === 0;
      object += free ? length : headBytes + 8 * Math.ceil(length / 8);
      if ((free && length === 0) || object > end || --left < 0) throw new Error("its texts are damaged");
    }
  }
}

/** As the library counts, which is built with 32 bits. */
function size(bytes: Buffer, at: number): number {
  return Number(BigInt.asUintN(32, bytes.readBigUInt64LE(at)));
}
