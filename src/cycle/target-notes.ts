import type { ScimTarget } from '../ports/scim-target.ts';
import type { StateChange, StateStore, StateView } from '../ports/state-store.ts';

const reminded = new WeakSet<ScimTarget>();

/** Hands the target what earlier processes noted about it, before it is asked for anything. */
export async function remind(target: ScimTarget, store: StateView): Promise<void> {
  if (reminded.has(target)) return;
  reminded.add(target);
  target.restore(await store.notes(target.name));
}

/** What the target taught since the last time, to be recorded. */
export function newNotes(target: ScimTarget): StateChange[] {
  const notes = target.newNotes();
  return notes === undefined ? [] : [{ kind: 'notes', target: target.name, notes }];
}

/** Notes made while there is much to send must not all be lost with the process. */
const restMilliseconds = 5000;

/** Records notes now and then. */
export function createNoteKeeper(target: ScimTarget, store: StateStore, monotonic: () => number): () => Promise<void> {
  let last = monotonic();
  return async () => {
    if (monotonic() - last < restMilliseconds) return;
    last = monotonic();
    const notes = newNotes(target);
    if (notes.length > 0) await store.record(notes);
  };
}
