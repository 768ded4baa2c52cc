import { dnKey } from '../../../core/directory/dn.ts';
import type { Entry, SourceId } from '../../../core/model/entry.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import type { ReadRequest, Since } from '../../../ports/directory-source.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchScopes } from '../read/scoped-search.ts';
import { batches, idFilter } from './by-id.ts';
import { findMentioning, mentionFilter } from './known-references.ts';
import { lookUpAbsent } from './look-up.ts';

/** DNs in one request: each stands there once for each attribute that may mention it. */
const mentionBatch = 50;

export interface FollowUp {
  /** As they are now; only those that differ from what was known. */
  readonly entries: readonly Entry[];
  readonly gone: readonly SourceId[];
  /** What became of those that were known and are not shown any more. */
  readonly absenceReasons: ReadonlyMap<SourceId, AbsenceReason>;
  /** Who mentioned somebody who was renamed, came or went. */
  readonly mentioning: readonly SourceId[];
}

interface Names {
  /** To be read again. */
  readonly ids: ReadonlySet<SourceId>;
  /** Those of them that may have been renamed although their known DN is the one of now. */
  readonly suspects: ReadonlySet<SourceId>;
}

/**
 * Reads entries again by id, finds out what became of those that are not found, and goes on with whoever mentions
 * somebody who was renamed, came or went: servers rewrite those values without a trace (OpenLDAP's memberof and refint
 * overlays, Active Directory's links). Ends when nothing new turns up. Undefined when the server refuses a
 * look-up: then nobody can tell who is gone.
 */
export async function followUp(
  directory: OpenDirectory,
  attributes: ReadRequest['attributes'],
  known: Since['known'],
  names: Names,
): Promise<FollowUp | undefined> {
  const entries = new Map<SourceId, Entry>();
  const gone = new Set<SourceId>();
  const absenceReasons = new Map<SourceId, AbsenceReason>();
  const mentioning = new Set<SourceId>();
  const before = (id: SourceId): Entry | undefined => entries.get(id) ?? (gone.has(id) ? undefined : known.get(id));
  let { suspects } = names;
  for (let pending = names.ids; pending.size > 0; suspects = new Set()) {
    const found = await readById(directory, attributes, pending);
    const absent = [...pending].flatMap((id) => (found.has(id) ? [] : (before(id) ?? [])));
    const became = await lookUpAbsent(directory, absent);
    if (became === undefined) return undefined;
    for (const [id, absenceReason] of became) absenceReasons.set(id, absenceReason);
    const left = absent.filter(({ id }) => judgeStay(became.get(id)) === 'left');
    const moved = left.map(({ dn }) => dn);
    const arrivals: string[] = [];
    for (const entry of found.values()) {
      const old = before(entry.id);
      if (old !== undefined && dnKey(old.dn) !== dnKey(entry.dn)) moved.push(old.dn);
      else if (old !== undefined && !suspects.has(entry.id)) continue;
      arrivals.push(entry.dn);
    }
    for (const entry of absent) if (became.get(entry.id) === 'unreadable') entries.set(entry.id, unreadable(entry));
    for (const { id } of left) {
      gone.add(id);
      entries.delete(id);
    }
    for (const entry of found.values()) {
      gone.delete(entry.id);
      absenceReasons.delete(entry.id);
      entries.set(entry.id, entry);
    }
    const keys = new Set([...moved, ...arrivals].map(dnKey));
    const unread = findMentioning(known, keys).difference(gone).difference(entries);
    pending = unread
      .union(findMentioning(entries.values(), keys))
      .union(await findOnServer(directory, attributes, arrivals));
    for (const id of pending) mentioning.add(id);
    // Seen by the look-up alone: it was moved a moment ago, and is read with the next poll.
    for (const { id } of absent) if (became.get(id) === 'present') mentioning.add(id);
  }
  return {
    entries: [...entries.values()].filter((entry) => !isSame(entry, known.get(entry.id))),
    gone: [...gone].filter((id) => known.has(id)),
    absenceReasons,
    mentioning: [...mentioning].filter((id) => !gone.has(id)),
  };
}

/** Without its stamp, so that each comparison finds out whether it can be read again. */
export function unreadable(entry: Entry): Entry {
  return { ...entry, stamp: undefined, unreadable: true };
}

function judgeStay(absenceReason: AbsenceReason | undefined): 'left' | 'stays' {
  return absenceReason === 'unreadable' || absenceReason === 'present' ? 'stays' : 'left';
}

/** Reads whole entries by id, with the configured bases and filters. */
export async function readById(
  directory: OpenDirectory,
  attributes: ReadRequest['attributes'],
  ids: ReadonlySet<SourceId>,
): Promise<Map<SourceId, Entry>> {
  const found = new Map<SourceId, Entry>();
  for (const batch of batches(ids)) {
    const narrowing = idFilter(directory.idAttribute, batch);
    await searchScopes(directory, { attributes, narrowing, visit: (entry) => void found.set(entry.id, entry) });
  }
  return found;
}

/** Who mentions one of these DNs by now, although nothing known says so. */
async function findOnServer(
  directory: OpenDirectory,
  attributes: ReadRequest['attributes'],
  dns: readonly string[],
): Promise<Set<SourceId>> {
  const found = new Set<SourceId>();
  const none = { user: new Set<string>(), group: new Set<string>() };
  for (const batch of batches(dns, mentionBatch)) {
    const narrowing = mentionFilter(attributes, batch);
    if (narrowing === undefined) break;
    await searchScopes(directory, { attributes: none, narrowing, visit: ({ id }) => void found.add(id) });
  }
  return found;
}

/** What is the same is not visited, so that nobody has to work on it. */
function isSame(entry: Entry, known: Entry | undefined): boolean {
  if (
    known?.type !== entry.type ||
    known.dn !== entry.dn ||
    known.stamp !== entry.stamp ||
    known.unreadable !== entry.unreadable
  )
    return false;
  if (known.attributes.size !== entry.attributes.size) return false;
  return [...entry.attributes].every(([name, values]) => {
    const others = known.attributes.get(name);
    return others?.length === values.length && values.every((value, at) => isSameValue(value, others[at]));
  });
}

function isSameValue(value: string | Uint8Array, other: string | Uint8Array | undefined): boolean {
  if (typeof value === 'string' || typeof other === 'string' || other === undefined) return value === other;
  return Buffer.compare(value, other) === 0;
}
