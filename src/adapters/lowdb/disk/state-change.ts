import type { StateChange } from '../../../ports/state-change.ts';
import { changeInCurrentWords } from './earlier-state.ts';
import { unpackChange } from './journal-links.ts';

const kinds: ReadonlySet<unknown> = new Set<StateChange['kind']>([
  'intent',
  'settled',
  'link',
  'proved',
  'relink',
  'quarantine',
  'quarantine_over',
  'unlink',
  'members',
  'former',
  'target',
  'notes',
  'verified',
  'directory',
  'identity',
  'names',
  'bound',
  'reset',
  'erased',
  'renamed',
  'content_forgotten',
  'removal',
  'removals_over',
  'logged',
  'log_head',
]);

/** A parsed line of a snapshot, or an element of a journal's record. Undefined when it is no change; the checksum vouches for the rest. */
export function readStateChange(value: unknown): StateChange | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  const change = changeInCurrentWords({ ...value });
  return isStateChange(change) ? change : undefined;
}

/**
 * The parsed JSON text of one record's changes; undefined when it is none.
 *
 * @param pathsOf the list of paths that a link names by number
 */
export function readRecord(
  value: unknown,
  pathsOf: (number: number) => readonly string[] | undefined = () => undefined,
): readonly StateChange[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const changes = value.map((change) => readStateChange(unpackChange(change, pathsOf)));
  return changes.includes(undefined) ? undefined : changes.filter((change) => change !== undefined);
}

function isStateChange(value: object): value is StateChange {
  return 'kind' in value && kinds.has(value.kind);
}
