import type { ScimTarget } from '../../ports/scim-target.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { StateStore, StateView } from '../../ports/state-store.ts';

/** Hands the target what earlier processes noted about it, before it is asked for anything. */
export async function remind(target: ScimTarget, store: StateView): Promise<void> {
  target.restore(await store.notes(target.name));
}

/** Has notes recorded that should not wait for the end of an operation: the process may end while all are held up. */
export function attend(target: ScimTarget, store: StateStore): void {
  const keep = createNoteKeeper(target, store);
  // A state that cannot be written ends the cycle with the next outcome.
  target.onUrgentNotes(() => void keep().catch(() => undefined));
}

/** What the target taught since the last time, to be recorded. */
export function newNotes(target: ScimTarget): StateChange[] {
  const notes = target.newNotes();
  return notes === undefined ? [] : [{ kind: 'notes', target: target.name, notes }];
}

/**
 * Records notes as soon as there are any: those on a budget of the target have to be written before it is spent
 * (src/adapters/scim/rate-limit/budget.ts), and a target seldom has others.
 */
export function createNoteKeeper(target: ScimTarget, store: StateStore): () => Promise<void> {
  return async () => {
    const notes = newNotes(target);
    if (notes.length > 0) await store.record(notes);
  };
}
