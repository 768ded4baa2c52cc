import type { Leftover } from '../../../ports/target-doctor.ts';
import type { Bench } from './bench.ts';
import type { Creation } from './creations.ts';
import { tryPut, settingOf } from './change.ts';
import { patch, remove, search } from './specimen.ts';
import { isRefusal } from '../shared/message.ts';
import { Untestable } from './trial.ts';

/**
 * Removes everything that was made, groups first. Creates of which nobody knows the outcome are searched for. Whoever
 * cannot be removed is deactivated at least. Never ends early: what fails is told, and the next one is tried.
 */
export async function cleanUp(bench: Bench): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const open of bench.creations.open()) {
    const found = await searched(bench, open);
    if (typeof found === 'string') leftovers.push({ ...open, why: `nobody knows whether it was made: ${found}` });
    else for (const id of found) bench.creations.made({ ...open, id });
  }
  for (const creation of bench.creations.present()) {
    const why = await removed(bench, creation);
    if (why !== undefined) leftovers.push({ ...creation, why });
  }
  return [...leftovers, ...sleepers(bench)];
}

async function searched(bench: Bench, { type, name }: Omit<Creation, 'id'>): Promise<string[] | string> {
  try {
    return await search(bench, type, name);
  } catch (thrown) {
    return reason(thrown);
  }
}

async function removed(bench: Bench, { type, id }: Creation): Promise<string | undefined> {
  try {
    const why = await remove(bench, type, id);
    if (why === undefined || type === 'group') return why;
    return `${why}${(await deactivate(bench, id)) ? '; it is deactivated' : ''}`;
  } catch (thrown) {
    return reason(thrown);
  }
}

async function deactivate(bench: Bench, id: string): Promise<boolean> {
  const value = bench.dialect().values.booleans === 'string' ? 'False' : false;
  const isPathless = bench.dialect().patch.activePathless;
  const operation = isPathless
    ? { op: 'replace', value: { active: value } }
    : settingOf(bench.dialect(), 'active', value);
  if (!isRefusal(await patch(bench, 'user', id, [operation]))) return true;
  const effect = await tryPut(
    bench,
    'user',
    id,
    (body) => {
      body['active'] = false;
    },
    () => true,
  );
  return effect.kind === 'done';
}

/** Where DELETE only deactivates, everybody who was ever made is still there. */
function sleepers({ creations, says }: Bench): Leftover[] {
  if (says().users?.deletion !== 'deactivates') return [];
  const present = new Set(creations.present().flatMap(({ type, id }) => (type === 'user' ? [id] : [])));
  return creations
    .ever()
    .filter(({ type, id }) => type === 'user' && !present.has(id))
    .map((creation) => ({ ...creation, why: 'DELETE only deactivates' }));
}

/** What stops everything else is a reason here. */
function reason(thrown: unknown): string {
  if (thrown instanceof Untestable || thrown instanceof Error) return thrown.message;
  return String(thrown);
}
