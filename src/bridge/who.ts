import { joinEntries } from '../core/directory/join-entries.ts';
import { fold } from '../core/directory/fold.ts';
import { projectTarget } from '../core/mapping/project.ts';
import type { EntryList } from '../core/model/entries.ts';
import type { SourceId } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import { count } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import { callingNames, findEntries } from '../cycle/explain-target.ts';
import { remind } from '../cycle/shared/target-notes.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import { isFailure } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { readAll } from './read-all.ts';

/**
 * Reads the directories of these targets to find out whom somebody means.
 *
 * @throws BridgeError D2S_NOT_FOUND, D2S_USAGE when several are meant, or what is wrong with a directory in which they may be
 */
export async function readWho(
  app: App,
  who: string,
  view: StateView,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<SourceId> {
  const { setups, readings, failures } = await readAll(app, targets, { store: view, also: callingNames, signal });
  const entries = joinEntries([...readings.complete.values()]);
  return idOf(who, entries, setups, view, { now: app.clock.now(), signal }).catch((error: unknown) => {
    throw failures[0] ?? error;
  });
}

/** @throws BridgeError D2S_NOT_FOUND, or D2S_USAGE when several are meant */
export async function idOf(
  who: string,
  entries: EntryList,
  setups: readonly TargetSetup[],
  view: StateView,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<SourceId> {
  const found = new Map(findEntries(who, entries).map((entry) => [entry.id, `${entry.type} ${printable(entry.dn)}`]));
  if (found.size === 0) {
    // A userName may be made of anything.
    for (const { definition } of setups) {
      const { resources } = projectTarget(
        [...entries].filter((entry) => definition.maps.has(entry.directory)),
        definition,
        now,
      );
      for (const one of resources)
        if (fold(one.label) === fold(who)) found.set(one.sourceId, `${one.type} ${printable(one.label)}`);
    }
  }
  const [first, ...others] = found.keys();
  if (first === undefined) return linkedId(who, setups, view, signal);
  if (others.length === 0) return first;
  const candidates = [...found].slice(0, mostCandidates).map(([id, what]) => `${id} (${what})`);
  const more = found.size > mostCandidates ? `, and ${found.size - mostCandidates} more` : '';
  throw new BridgeError(
    'D2S_USAGE',
    `${count(found.size, 'entry')} go by that name`,
    `name one of them by its id: ${candidates.join(', ')}${more}`,
  );
}

/** As many as a person reads. */
const mostCandidates = 5;

/** Whoever has left the directory is still known by source id, and to the target by name. */
async function linkedId(
  who: string,
  setups: readonly TargetSetup[],
  view: StateView,
  signal: AbortSignal,
): Promise<SourceId> {
  const id = who.trim().toLowerCase();
  for (const { target } of setups) if ((await view.links(target.name, [id])).size > 0) return id;
  const found = new Set<SourceId>();
  for (const { target } of setups) {
    await remind(target, view);
    for (const [type, attribute] of [
      ['user', 'userName'],
      ['group', 'displayName'],
    ] as const) {
      const hits = await target.find(type, attribute, who.trim(), signal, 'members');
      if (isFailure(hits)) continue; // then the source id alone helps
      for (const owner of (
        await view.owners(
          target.name,
          type,
          hits.map((hit) => hit.id),
        )
      ).values())
        found.add(owner);
    }
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new BridgeError(
    'D2S_NOT_FOUND',
    'nobody who is read from the directories goes by this DN, userName, mail address, display name, sAMAccountName, uid, group name or source id, and nobody who is linked on a target either',
    'check the spelling, and that bases and filters include the entry; a leaver is found by the source id, or by the userName on the target',
  );
}
