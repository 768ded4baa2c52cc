import type { AttributeValue, Entry, SourceId } from '../model/entry.ts';
import type { Digest } from '../model/link.ts';
import type { Resource } from '../model/resource.ts';
import type { ReadyMap } from './ready-map.ts';
import { ProvenAttributes } from './proven-attributes.ts';
import { largestResource, sizeOfValue } from './resource-size.ts';

/** What the state knows of users whose values need not be mapped again. */
export interface Proofs {
  /** By source id: the one with which the target was found to hold everything. */
  readonly known: ReadonlyMap<SourceId, string>;
  /**
   * What an entry shows of what a map reads, and the map, as one keyed digest: as long as it is the same, so is everything
   * that depends on the entry alone.
   */
  readonly of: (entry: Entry, map: ReadyMap) => string;
}

/**
 * @param digest keyed
 * @param program another text for another version of what maps
 */
export function createProofs(known: Proofs['known'], digest: Digest, program: string): Proofs {
  const digests = new Map<ReadyMap, string>();
  const digestOf = (map: ReadyMap): string => {
    const own = digests.get(map) ?? digest(`map ${program} ${map.text}`);
    digests.set(map, own);
    return own;
  };
  return { known, of: (entry, map) => digest(`${digestOf(map)}${shownText(entry, map)}`) };
}

/** Everything that rules which ask for nothing but the entry can see of it. No two entries that differ in that have the same text. */
function shownText({ id, directory, dn, attributes, hidden }: Entry, { reads }: ReadyMap): string {
  const parts = [withLength(id), withLength(directory), withLength(dn)];
  for (const name of reads) {
    if (hidden?.has(name) === true) parts.push(`?${withLength(name)}`);
    const values = attributes.get(name);
    if (values === undefined) continue;
    parts.push(`${withLength(name)}${values.length};`);
    for (const value of values) parts.push(valueText(value));
  }
  return parts.join('');
}

function valueText(value: AttributeValue): string {
  return typeof value === 'string' ? withLength(value) : `*${withLength(eachByte.decode(value))}`;
}

/** A character for each byte (WHATWG Encoding §9.1: this is windows-1252, in which no two bytes are the same). */
const eachByte = new TextDecoder('latin1');

function withLength(text: string): string {
  return `${text.length}:${text}`;
}

/**
 * Whether what is mapped for an entry may be left out as long as its proof stands. Not where a value may be chosen
 * among several, nor where what changes with others could make it too large.
 */
export function isProvable({ type, choices, attributes, createOnly }: Resource): boolean {
  if (type !== 'user' || choices !== undefined || attributes instanceof ProvenAttributes) return false;
  let size = 0;
  for (const values of [attributes, createOnly])
    for (const value of values.values()) size += value === null ? 0 : sizeOfValue(value);
  return size <= mostProven;
}

/** Half of what a resource may hold: the other half is for what is not covered. */
export const mostProven = largestResource / 2;
