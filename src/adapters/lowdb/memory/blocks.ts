/** About as many bytes go into one line of a snapshot. */
export const blockBytes = 32 * 1024;

/** Puts pieces together, as many as a line of a snapshot takes, in base64. */
export function* inBlocks(pieces: Iterable<Buffer>): Generator<string> {
  let block: Buffer[] = [];
  let length = 0;
  for (const piece of pieces) {
    block.push(piece);
    length += piece.length;
    if (length < blockBytes) continue;
    yield Buffer.concat(block).toString('base64');
    block = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(block).toString('base64');
}

const digestBytes = 16;

/** A row and the digest that belongs to it. */
export function rowDigest(row: number, digest: Buffer): Buffer {
  const piece = Buffer.allocUnsafe(4 + digestBytes);
  piece.writeUInt32LE(row);
  digest.copy(piece, 4);
  return piece;
}

/** Goes through what `rowDigest` made. @throws RangeError for a row that there is not */
export function eachRowDigest(block: Buffer, rows: number, each: (row: number, at: number) => void): void {
  for (let at = 0; at + 4 + digestBytes <= block.length; at += 4 + digestBytes)
    each(checkedRow(block.readUInt32LE(at), rows), at + 4);
}

/** @throws RangeError for a row that there is not: until the checksum is read, a snapshot may say anything */
export function checkedRow(row: number, rows: number): number {
  if (row >= rows) throw new RangeError(`there is no row ${row}`);
  return row;
}
