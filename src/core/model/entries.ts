import type { Entry, ResourceType, SourceId } from './entry.ts';

/**
 * Entries one after the other; a list of them is one. What is given is made when it is asked for: the same entry, asked
 * for twice, may be two objects, and nobody keeps those of everybody.
 */
export interface EntryList extends Iterable<Entry> {
  readonly length: number;
  at(place: number): Entry | undefined;
  /** The same as of the entry, where less has to be done for it. */
  idAt?(place: number): SourceId | undefined;
  dnAt?(place: number): string | undefined;
}

/** Entries that have an id each: users first, then by source id, as projections are ordered. */
export interface Entries extends EntryList {
  has(id: SourceId): boolean;
  get(id: SourceId): Entry | undefined;
  /** Of one type, or of both. */
  ids(type?: ResourceType): Iterable<SourceId>;
  /** Of those that cannot be read any more. */
  unreadable(): Iterable<SourceId>;
  readonly counts: Readonly<Record<ResourceType, number>>;
}
