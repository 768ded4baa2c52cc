import { isUtf8 } from 'node:buffer';
import { describeAttribute } from '../../../core/directory/attribute.ts';
import { longestText } from '../../../core/directory/long-value.ts';
import type { AttributeValue } from '../../../core/model/entry.ts';
import type { RawAttribute } from '../protocol/message.ts';

const range = /;range=(\d+)-(\d+|\*)/i;

export interface AttributeRange {
  readonly start: number;
  /** Undefined in the last part (`*`). */
  readonly end: number | undefined;
}

/** The part of a large attribute that `member;range=0-1499` is (MS-ADTS §3.1.1.3.1.3.3); undefined for a whole one. */
export function attributeRange(description: string): AttributeRange | undefined {
  // Most have no option at all, and this is asked of every attribute that arrives.
  const match = description.includes(';') ? range.exec(description) : null;
  if (match === null) return undefined;
  return { start: Number(match[1]), end: match[2] === '*' ? undefined : Number(match[2]) };
}

/** Adds the values to those that are there under the same name and options. An attribute without values leaves no trace. */
export function addValues(into: Map<string, AttributeValue[]>, { description, values }: RawAttribute): void {
  if (values.length === 0) return;
  const { key, binary } = describeAttribute(description);
  const list = into.get(key);
  // As long as it has to be: an array that begins empty takes room for 17 values, and most attributes have one.
  const added = values.map((value) => (binary ? copy(value) : decode(value)));
  if (list === undefined) into.set(key, added);
  else for (const value of added) list.push(value);
}

function decode(value: Buffer): AttributeValue {
  return value.length <= longestText && isUtf8(value) ? value.toString('utf8') : copy(value);
}

/** A view would keep the whole network buffer alive. */
function copy(value: Buffer): Uint8Array {
  return new Uint8Array(value);
}
