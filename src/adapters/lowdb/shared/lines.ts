import { crc32 } from 'node:zlib';
import type { StateFile } from './files.ts';

/** One line of a file, as bytes without its newline. */
export interface StateLine {
  readonly bytes: Buffer;
  /** Position of its first byte. */
  readonly start: number;
  /** Position after its newline. */
  readonly end: number;
  /** False for what stands after the last newline. */
  readonly whole: boolean;
}

const chunkSize = 1 << 20;
const newline = 0x0a;

/**
 * Reads a file line by line, as many lines at a time as one chunk holds.
 *
 * @param from the position of a line's first byte
 */
export async function* readStateLines(file: StateFile, from = 0): AsyncGenerator<readonly StateLine[]> {
  let pending: Buffer[] = [];
  let start = from;
  let position = from;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    const size = await file.read(chunk, position);
    if (size === 0) break;
    const lines: StateLine[] = [];
    let begun = 0;
    for (let at = chunk.indexOf(newline); at >= 0 && at < size; at = chunk.indexOf(newline, begun)) {
      const end = position + at + 1;
      lines.push({ bytes: join(pending, chunk.subarray(begun, at)), start, end, whole: true });
      pending = [];
      start = end;
      begun = at + 1;
    }
    if (begun < size) pending.push(chunk.subarray(begun, size));
    position += size;
    yield lines;
  }
  if (pending.length > 0) yield [{ bytes: join(pending, Buffer.alloc(0)), start, end: position, whole: false }];
}

function join(pending: readonly Buffer[], rest: Buffer): Buffer {
  return pending.length === 0 ? rest : Buffer.concat([...pending, rest]);
}

const sealLength = ',"crc":"00000000"}'.length;

/** Makes a line of a JSON object's text: the same object with its own checksum as the last key. */
export function seal(object: string): string {
  return `${object.slice(0, -1)},"crc":"${checksum(object)}"}\n`;
}

/** The object's text, or undefined when it is not what was sealed. */
export function unseal(line: string): string | undefined {
  const object = `${line.slice(0, -sealLength)}}`;
  return line.endsWith(`,"crc":"${checksum(object)}"}`) ? object : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** JSON.parse with an honest type; undefined when it is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
