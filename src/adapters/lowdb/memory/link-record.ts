import { doubtful, empty, holdsValue, unmanaged, type Link } from '../../../core/model/link.ts';
import { forgetContent } from '../../../core/planning/link-paths.ts';
import type { LinkWords } from './link-words.ts';
import { afterText, firstOtherTag, isDigest, mostBytes, packText, unpackText, uuidTag } from './packed-text.ts';

/*
 * A link as bytes, little-endian:
 *
 * | bytes | what                                                                          |
 * |-------|-------------------------------------------------------------------------------|
 * | 4     | length of all of it                                                           |
 * | 4     | row of its source id                                                          |
 * | 2     | flags                                                                         |
 * | 2     | number of its directory                                                       |
 * | 2     | number of its list of paths; `written` when they are among the rest           |
 * | …     | target id, as a packed text                                                   |
 * | 6     | where flagged: when it was created, milliseconds since 1970                   |
 * | …     | for each path: a mark (1 byte), a digest by number (2 bytes) or a packed text |
 * | …     | where flagged: the rest as JSON, up to the end                                |
 */
const head = 14;
const flag = {
  group: 1,
  adopted: 2,
  deactivated: 4,
  lost: 8,
  leftDisabled: 16,
  marksEmpty: 32,
  created: 64,
  rest: 128,
  /** Nothing that it says of its paths is known for certain any more (`forgetContent`). */
  forgotten: 256,
} as const;
const written = 0xffff;
const createdBytes = 6;
const marks = [doubtful, empty, unmanaged] as const;

/** What is counted of links, read without the rest of it. */
export interface LinkFacts extends Pick<Link, 'type' | 'origin' | 'lifecycle' | 'leftDisabled' | 'directory'> {
  readonly unstored?: readonly string[] | undefined;
  readonly unsettled?: readonly string[] | undefined;
}

/** @throws RangeError where no link begins */
export function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32LE(at);
  if (length <= head) throw new RangeError(`a link of ${length} bytes`);
  return length;
}

export function rowAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4);
}

/** The number of its directory. */
export function directoryAt(bytes: Buffer, at: number): number {
  return bytes.readUInt16LE(at + 10);
}

export function setRow(bytes: Buffer, at: number, row: number): void {
  bytes.writeUInt32LE(row, at + 4);
}

/** Where the packed target id begins. */
export function targetIdAt(at: number): number {
  return at + head;
}

/** From now on, nothing that it says of its paths is known for certain. */
export function forgetAt(bytes: Buffer, at: number): void {
  bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | flag.forgotten, at + 8);
}

/** Whether it says anything that seldom is to be said: in doubt, not stored, an heir. */
export function hasRest(bytes: Buffer, at: number): boolean {
  return (bytes.readUInt16LE(at + 8) & flag.rest) !== 0;
}

/** Writes links as bytes. */
export class LinkPacker {
  readonly #words: LinkWords;
  #buffer = Buffer.allocUnsafe(4096);

  constructor(words: LinkWords) {
    this.#words = words;
  }

  /** Good until the next call. */
  pack(link: Link, row: number): Buffer {
    const paths = Object.keys(link.attributes);
    const isPlain = paths.every((path) => typeof link.attributes[path] === 'string');
    const shape = isPlain ? this.#words.shapeNumber(paths) : undefined;
    const created = milliseconds(link.createdAt);
    const rest = restOf(link, shape === undefined, created === undefined);
    this.#makeRoom(link, rest);
    let at = packText(link.targetId, this.#buffer, head);
    if (created !== undefined) at = this.#buffer.writeUIntLE(created, at, createdBytes);
    if (shape !== undefined) for (const path of paths) at = this.#packValue(link.attributes[path] ?? '', at);
    if (rest !== undefined) at += this.#buffer.write(rest, at);
    this.#buffer.writeUInt32LE(at, 0);
    this.#buffer.writeUInt32LE(row, 4);
    this.#buffer.writeUInt16LE(flagsOf(link, created !== undefined, rest !== undefined), 8);
    this.#buffer.writeUInt16LE(this.#words.directoryNumber(link.directory), 10);
    this.#buffer.writeUInt16LE(shape ?? written, 12);
    return this.#buffer.subarray(0, at);
  }

  #packValue(value: string, at: number): number {
    const mark = value.length === 1 ? marks.findIndex((one) => one === value) : -1;
    if (mark >= 0) return this.#buffer.writeUInt8(mark, at);
    const number = isDigest(value) ? this.#words.digestNumber(value) : undefined;
    if (number === undefined) return packText(value, this.#buffer, at);
    return this.#buffer.writeUInt16BE(number + (firstOtherTag << 8), at);
  }

  #makeRoom(link: Link, rest = ''): void {
    let most = head + createdBytes + mostBytes(link.targetId) + 3 * rest.length;
    for (const value of Object.values(link.attributes)) most += mostBytes(value);
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(2 * most);
  }
}

/** The link that begins here, without the names of its target and its entry. */
export function unpackLink(
  bytes: Buffer,
  start: number,
  words: LinkWords,
  names: Pick<Link, 'target' | 'sourceId'>,
): Link {
  const flags = bytes.readUInt16LE(start + 8);
  const end = start + lengthAt(bytes, start);
  let at = afterText(bytes, start + head);
  const { target, sourceId } = names;
  const created = (flags & flag.created) === 0 ? undefined : bytes.readUIntLE(at, createdBytes);
  if (created !== undefined) at += createdBytes;
  const attributes: Record<string, string> = {};
  for (const path of pathsAt(bytes, start, words)) {
    attributes[path] = valueAt(bytes, at, words);
    at = afterValue(bytes, at);
  }
  const link: Link = {
    target,
    sourceId,
    ...factsOf(flags),
    directory: words.directories.textOf(bytes.readUInt16LE(start + 10)),
    targetId: unpackText(bytes, start + head),
    ...(created === undefined ? {} : { createdAt: new Date(created).toISOString() }),
    attributes,
    ...((flags & flag.marksEmpty) === 0 ? {} : { marksEmpty: true }),
    ...((flags & flag.rest) === 0 ? {} : restAt(bytes, at, end)),
  };
  return (flags & flag.forgotten) === 0 ? link : forgetContent(link);
}

export function factsAt(bytes: Buffer, start: number, words: LinkWords): LinkFacts {
  const flags = bytes.readUInt16LE(start + 8);
  const directory = words.directories.textOf(bytes.readUInt16LE(start + 10));
  if ((flags & flag.rest) === 0) return { ...factsOf(flags), directory };
  const { unstored, unsettled } = unpackLink(bytes, start, words, { target: '', sourceId: '' });
  return { ...factsOf(flags), directory, unstored, unsettled };
}

/** Counts the words that a link uses, or does not use any more. */
export function countWords(bytes: Buffer, start: number, words: LinkWords, by: 1 | -1): void {
  words.directories.use(bytes.readUInt16LE(start + 10), by);
  const shape = bytes.readUInt16LE(start + 12);
  if (shape === written) return;
  words.shapes.use(shape, by);
  let at = valuesAt(bytes, start);
  for (let left = words.pathsOf(shape).length; left > 0; left -= 1) {
    const number = digestNumberAt(bytes, at);
    if (number !== undefined) words.digests.use(number, by);
    at = afterValue(bytes, at);
  }
}

/** As `holdsValue` has it. */
export function holdsValueAt(bytes: Buffer, start: number, words: LinkWords, path: string): boolean {
  const flags = bytes.readUInt16LE(start + 8);
  if ((flags & flag.lost) !== 0) return false;
  if (bytes.readUInt16LE(start + 12) === written || (flags & flag.forgotten) !== 0) {
    return holdsValue(unpackLink(bytes, start, words, { target: '', sourceId: '' }), path);
  }
  const position = pathsAt(bytes, start, words).indexOf(path);
  if (position < 0) return false;
  let at = valuesAt(bytes, start);
  for (let left = position; left > 0; left -= 1) at = afterValue(bytes, at);
  const mark = marks[bytes[at] ?? marks.length];
  return mark === undefined || mark === doubtful;
}

export function typeAt(bytes: Buffer, start: number): Link['type'] {
  return (bytes.readUInt16LE(start + 8) & flag.group) === 0 ? 'user' : 'group';
}

function pathsAt(bytes: Buffer, start: number, words: LinkWords): readonly string[] {
  const shape = bytes.readUInt16LE(start + 12);
  return shape === written ? [] : words.pathsOf(shape);
}

function valuesAt(bytes: Buffer, start: number): number {
  const at = afterText(bytes, start + head);
  return (bytes.readUInt16LE(start + 8) & flag.created) === 0 ? at : at + createdBytes;
}

function digestNumberAt(bytes: Buffer, at: number): number | undefined {
  return (bytes[at] ?? 0) < firstOtherTag ? undefined : bytes.readUInt16BE(at) - (firstOtherTag << 8);
}

function valueAt(bytes: Buffer, at: number, words: LinkWords): string {
  const mark = marks[bytes[at] ?? marks.length];
  if (mark !== undefined) return mark;
  const number = digestNumberAt(bytes, at);
  return number === undefined ? unpackText(bytes, at) : words.digests.textOf(number);
}

function afterValue(bytes: Buffer, at: number): number {
  const tag = bytes[at] ?? 0;
  if (tag < uuidTag) return at + 1;
  return tag < firstOtherTag ? afterText(bytes, at) : at + 2;
}

function flagsOf(link: Link, isCreated: boolean, hasMore: boolean): number {
  return (
    (link.type === 'group' ? flag.group : 0) |
    (link.origin === 'adopted' ? flag.adopted : 0) |
    (link.lifecycle === 'deactivated' ? flag.deactivated : 0) |
    (link.lifecycle === 'lost' ? flag.lost : 0) |
    (link.leftDisabled === true ? flag.leftDisabled : 0) |
    (link.marksEmpty === true ? flag.marksEmpty : 0) |
    (isCreated ? flag.created : 0) |
    (hasMore ? flag.rest : 0)
  );
}

function factsOf(flags: number): Pick<Link, 'type' | 'origin' | 'lifecycle' | 'leftDisabled'> {
  return {
    type: (flags & flag.group) === 0 ? 'user' : 'group',
    origin: (flags & flag.adopted) === 0 ? 'created' : 'adopted',
    lifecycle: (flags & flag.lost) !== 0 ? 'lost' : (flags & flag.deactivated) !== 0 ? 'deactivated' : 'active',
    ...((flags & flag.leftDisabled) === 0 ? {} : { leftDisabled: true }),
  };
}

const packed: ReadonlySet<string> = new Set([
  ...['target', 'type', 'sourceId', 'directory', 'targetId', 'origin', 'lifecycle', 'leftDisabled', 'marksEmpty'],
  ...['createdAt', 'attributes'],
]);

/** The JSON text of everything that has no place of its own; undefined when there is nothing. */
function restOf(link: Link, withAttributes: boolean, withCreated: boolean): string | undefined {
  const rest: [string, unknown][] = Object.entries(link).filter(
    ([key, value]) => value !== undefined && !packed.has(key),
  );
  if (withAttributes) rest.push(['attributes', link.attributes]);
  if (withCreated && link.createdAt !== undefined) rest.push(['createdAt', link.createdAt]);
  return rest.length === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
}

function restAt(bytes: Buffer, at: number, end: number): Partial<Link> {
  const rest: Partial<Link> = JSON.parse(bytes.toString('utf8', at, end)) as Partial<Link>;
  return rest;
}

/** Undefined for what is not exactly the time as we write it. */
function milliseconds(time: string | undefined): number | undefined {
  const value = time === undefined ? Number.NaN : Date.parse(time);
  return value >= 0 && new Date(value).toISOString() === time ? value : undefined;
}
