import { setImmediate as nextTurn } from 'node:timers/promises';
import { mostAttributes } from '../../../core/directory/long-value.ts';
import { longestName, longestValue, mostControls, mostReferences, mostAttributeValues } from '../shared/bounds.ts';
import { BerCursor, MalformedMessage, berTags } from './ber.ts';

/** An LDAP message from the server (RFC 4511 §4.1.1), as far as a reader of directories needs it. */
export type LdapMessage =
  | {
      readonly kind: 'entry';
      readonly id: number;
      readonly dn: string;
      readonly attributes: readonly RawAttribute[];
      readonly controls: ReadonlyMap<string, Buffer>;
    }
  | { readonly kind: 'reference'; readonly id: number; readonly uris: readonly string[] }
  | { readonly kind: 'intermediate'; readonly id: number; readonly name: string; readonly value: Buffer }
  | LdapResult;

/** The answer that ends a request. */
export interface LdapResult {
  readonly kind: 'search_done' | 'bind_response' | 'extended_response';
  readonly id: number;
  readonly code: number;
  /** The server's own words; may be empty. */
  readonly diagnostic: string;
  /** Where else to ask, with code 10. */
  readonly referrals: readonly string[];
  /** Control OID → its value. */
  readonly controls: ReadonlyMap<string, Buffer>;
}

/** As it was sent: the name with its options, the values as views into the message. May have no value at all. */
export interface RawAttribute {
  readonly description: string;
  readonly values: readonly Buffer[];
}

const results = { 0x61: 'bind_response', 0x65: 'search_done', 0x78: 'extended_response' } as const;
const operations = { entry: 0x64, reference: 0x73, intermediate: 0x79 } as const;
const tags = { referral: 0xa3, controls: 0xa0, intermediateName: 0x80, intermediateValue: 0x81 } as const;

/** Most entries have none. */
const noControls: ReadonlyMap<string, Buffer> = new Map();

/** Messages beyond this size are decoded in turns. */
const longMessage = 256 * 1024;
/** Values between two turns. */
const valuesBetween = 5_000;

/** Decodes one message as `createFraming` cut it. Throws MalformedMessage. */
function decodeMessage(frame: Buffer): LdapMessage {
  const decoding = decode(frame);
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return step.value;
  }
}

/** The same; a message of a million values does not keep everybody else waiting. */
export async function decodeInTurns(frame: Buffer): Promise<LdapMessage> {
  if (frame.length <= longMessage) return decodeMessage(frame);
  const decoding = decode(frame);
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}

/** Stops now and then, to be gone on with. */
function* decode(frame: Buffer): Generator<undefined, LdapMessage> {
  const cursor = new BerCursor(frame);
  cursor.enter(berTags.sequence);
  const id = cursor.integer(berTags.integer);
  const operation = cursor.peek() ?? 0;
  const end = cursor.enter();
  switch (operation) {
    case operations.entry:
      return {
        kind: 'entry',
        id,
        dn: nameIn(cursor),
        attributes: yield* decodeAttributes(cursor),
        controls: decodeControls(cursor),
      };
    case operations.reference:
      return { kind: 'reference', id, uris: decodeTexts(cursor, end) };
    case operations.intermediate:
      return { kind: 'intermediate', id, ...decodeIntermediate(cursor, end) };
    case 0x61:
    case 0x65:
    case 0x78:
      return { kind: results[operation], id, ...decodeResult(cursor, end) };
    default:
      throw new MalformedMessage(`unexpected operation 0x${operation.toString(16)}`);
  }
}

function* decodeAttributes(cursor: BerCursor): Generator<undefined, RawAttribute[]> {
  const attributes: RawAttribute[] = [];
  let count = 0;
  const pausesAfter = (): boolean => {
    count += 1;
    if (count > mostAttributeValues) throw new MalformedMessage(`an entry of more than ${mostAttributeValues} values`);
    return count % valuesBetween === 0;
  };
  const end = cursor.enter(berTags.sequence);
  while (cursor.within(end)) {
    if (pausesAfter()) yield;
    if (attributes.length >= mostAttributes)
      throw new MalformedMessage(`an entry of more than ${mostAttributes} attributes`);
    cursor.enter(berTags.sequence);
    const description = cursor.word(berTags.octetString);
    const values: Buffer[] = [];
    const last = cursor.enter(berTags.set);
    while (cursor.within(last)) {
      const value = cursor.bytes(berTags.octetString);
      if (value.length > longestValue) throw new MalformedMessage(`a value of ${value.length} bytes`);
      values.push(value);
      if (pausesAfter()) yield;
    }
    attributes.push({ description, values });
  }
  return attributes;
}

/** A longer one names no entry that anybody has. */
function nameIn(cursor: BerCursor): string {
  const name = cursor.text(berTags.octetString);
  if (name.length > longestName) throw new MalformedMessage(`a name of ${name.length} characters`);
  return name;
}

function decodeTexts(cursor: BerCursor, end: number): string[] {
  const texts: string[] = [];
  while (cursor.within(end)) {
    if (texts.length >= mostReferences)
      throw new MalformedMessage(`a reference with more than ${mostReferences} addresses`);
    texts.push(cursor.text(berTags.octetString));
  }
  return texts;
}

function decodeResult(cursor: BerCursor, end: number): Omit<LdapResult, 'kind' | 'id'> {
  const code = cursor.integer(berTags.enumerated);
  cursor.skip(); // matchedDN: may name a person, tells nothing we could use
  const diagnostic = cursor.text(berTags.octetString);
  let referrals: string[] = [];
  while (cursor.within(end)) {
    // After the referral come fields of single operations (SASL credentials, extended values), which are not for us.
    if (cursor.peek() === tags.referral) referrals = decodeTexts(cursor, cursor.enter());
    else cursor.skip();
  }
  return { code, diagnostic, referrals, controls: decodeControls(cursor) };
}

/** RFC 4511 §4.13. Name and value may be missing; here they are empty then. */
function decodeIntermediate(cursor: BerCursor, end: number): { readonly name: string; readonly value: Buffer } {
  let name = '';
  let value = Buffer.alloc(0);
  while (cursor.within(end)) {
    if (cursor.peek() === tags.intermediateName) name = cursor.text();
    else if (cursor.peek() === tags.intermediateValue) value = Buffer.from(cursor.bytes());
    else cursor.skip();
  }
  return { name, value };
}

function decodeControls(cursor: BerCursor): ReadonlyMap<string, Buffer> {
  if (cursor.atEnd || cursor.peek() !== tags.controls) return noControls;
  const controls = new Map<string, Buffer>();
  const end = cursor.enter(tags.controls);
  for (let count = 0; cursor.within(end); count += 1) {
    if (count >= mostControls) throw new MalformedMessage(`a message with more than ${mostControls} controls`);
    const last = cursor.enter(berTags.sequence);
    const type = cursor.text(berTags.octetString);
    let value = Buffer.alloc(0);
    while (cursor.within(last)) {
      if (cursor.peek() === berTags.octetString) value = Buffer.from(cursor.bytes());
      else cursor.skip(); // criticality, which means nothing in an answer
    }
    controls.set(type, value);
  }
  return controls;
}
