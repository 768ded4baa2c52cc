import type { SourceId } from '../../core/model/entry.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { Intent } from '../../ports/state-records.ts';

/** So long what a request without a clear answer may have made is waited for, before another one is sent. */
const quietMilliseconds = 5 * 60_000;
/** What was answered as made is not made again: it is there, or was taken away by somebody, who can ask for it. */
const madeMilliseconds = 24 * 60 * 60_000;

export function intentOf(
  { type, sourceId, directory }: Pick<Operation, 'type' | 'sourceId' | 'directory'>,
  target: string,
  now: number,
  members: readonly SourceId[] = [],
): Intent {
  return {
    target,
    type,
    sourceId,
    directory,
    at: new Date(now).toISOString(),
    ...(members.length > 0 ? { members } : {}),
  };
}

/**
 * Whether what an earlier request may have made can still come to light: then no other one is sent, and that it is not
 * found proves nothing. Searches read copies that lag behind, and a gateway gives up before what it asked does.
 */
export function mayStillShow({ at, unclear }: Intent, now: number): boolean {
  const age = at === undefined ? Infinity : now - Date.parse(at);
  return age >= 0 && age < (unclear === 'made' ? madeMilliseconds : quietMilliseconds);
}
