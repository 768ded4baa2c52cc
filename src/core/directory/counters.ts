import { dnKey } from './dn.ts';
import type { Counters } from '../model/data-version.ts';

/** The family of a counter: its name without the server that it counts for (`csn dc=corp 001`, `replicated` and a database). */
export function familyOf(name: string): string {
  return name.slice(0, name.lastIndexOf(' ') + 1);
}

/** `20261130102700.123456Z#000000#001#000000`: time, count, server id, modification (the change sequence numbers of OpenLDAP). */
const csnForm = /\d{14}\.\d{6}Z#[0-9a-f]{6}#([0-9a-f]{3})#[0-9a-f]{6}/g;

/** The change sequence numbers in a text, by the database and the server that they count for. */
export function csnsIn(context: string, text: string): Counters {
  return Object.fromEntries(
    [...text.matchAll(csnForm)].map(([csn, server = '']) => [`csn ${dnKey(context)} ${server}`, csn]),
  );
}
