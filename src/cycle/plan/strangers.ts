import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { strangerAccount, strangerId } from '../../core/model/stranger.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import { membersShown } from '../../core/planning/shown-members.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import type { Known } from './known.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

type Members = Known['members'];

export interface StrangersInput {
  readonly setup: Pick<TargetSetup, 'target' | 'policy'>;
  readonly readings: readonly CompleteReading[];
  readonly store: StateView;
  /** Takes links in the place of those that strangers do not have. */
  readonly links: Map<SourceId, Link>;
  readonly members: Members;
  readonly matches: ReadonlyMap<SourceId, Match>;
  /** Of those who have left: as they were found on the target, which had lost them. */
  readonly found: readonly Link[];
}

/**
 * The members of groups, with or without those who were in an adopted group and have no entry: with
 * `adoptedMembers: remove` they are members like any others, and leave, in sight of the guard, because the directory does
 * not have them in the group. Whoever is an entry's account by now, or becomes it in this cycle, is that entry. So is, in
 * a group of ours, whoever was lost there and is found in this cycle under the id of a stranger: nobody else put them there.
 *
 * @returns the members of linked groups, and of those that are about to be adopted; and whether strangers leave
 */
export async function membersWithStrangers(
  input: StrangersInput,
): Promise<{ readonly members: Members; readonly strangersLeave: boolean }> {
  const strangersLeave = input.setup.policy.group.adoptedMembers === 'remove';
  return { members: await membersOf(input, strangersLeave), strangersLeave };
}

async function membersOf(input: StrangersInput, leave: boolean): Promise<Members> {
  const { links } = input;
  const members = new Map(input.members);
  const again = await foundAgain(input);
  for (const [group, ids] of input.members) {
    if (![...ids].some(isStranger)) continue;
    const known = links.get(group)?.origin === 'created' ? withOwners(ids, again) : ids;
    members.set(group, leave ? known : new Set([...known].filter((id) => !isStranger(id))));
  }
  if (!leave) return members;
  for (const [group, { body }] of input.matches) {
    const shown = membersShown(body);
    if (shown !== undefined)
      members.set(group, new Set([...(members.get(group) ?? []), ...[...shown].map(strangerId)]));
  }
  const possible = [...links.values()].flatMap(({ unsettled = [] }) => unsettled);
  const strangers = new Set([...[...members.values()].flatMap((ids) => [...ids]), ...possible].filter(isStranger));
  const owners = await ownersOf(
    [...strangers].flatMap((id) => strangerAccount(id) ?? []),
    input,
  );
  for (const id of strangers) {
    const targetId = strangerAccount(id);
    if (targetId !== undefined && !owners.has(targetId)) links.set(id, stranger(targetId, input));
  }
  for (const [group, ids] of members) {
    if ([...ids].some(isStranger)) members.set(group, withOwners(ids, owners));
  }
  return members;
}

function withOwners(ids: ReadonlySet<SourceId>, owners: ReadonlyMap<TargetId, SourceId>): ReadonlySet<SourceId> {
  return new Set([...ids].map((id) => owners.get(strangerAccount(id) ?? '') ?? id));
}

/** Who was lost and has another id than before, by that id. */
async function foundAgain({
  setup: { target },
  store,
  links,
  matches,
  found,
}: StrangersInput): Promise<ReadonlyMap<TargetId, SourceId>> {
  const known = found.map(({ sourceId }) => sourceId);
  const before = await gather(known, (ids) => store.links(target.name, ids));
  const now = [
    ...found.map(({ sourceId, targetId }) => ({ sourceId, targetId, was: before.get(sourceId) })),
    ...[...matches].map(([sourceId, { targetId }]) => ({ sourceId, targetId, was: links.get(sourceId) })),
  ];
  return new Map(
    now
      .filter(({ targetId, was }) => was !== undefined && was.targetId !== targetId)
      .map(({ sourceId, targetId }) => [targetId, sourceId]),
  );
}

function isStranger(id: SourceId): boolean {
  return strangerAccount(id) !== undefined;
}

async function ownersOf(
  ids: readonly TargetId[],
  { setup: { target }, store, links, matches }: StrangersInput,
): Promise<ReadonlyMap<TargetId, SourceId>> {
  const owners = new Map<TargetId, SourceId>();
  for (const type of ['user', 'group'] as const) {
    for (const [id, owner] of await gather(ids, (batch) => store.owners(target.name, type, batch)))
      owners.set(id, owner);
  }
  const unknown = [...owners.values()].filter((id) => !links.has(id));
  for (const [id, link] of await gather(unknown, (batch) => store.links(target.name, batch))) links.set(id, link);
  for (const [id, { targetId }] of matches) owners.set(targetId, id);
  return owners;
}

/** Nothing but an id: they are neither written to nor asked for. */
function stranger(targetId: TargetId, { setup: { target }, readings: [first] }: StrangersInput): Link {
  return {
    target: target.name,
    type: 'user',
    sourceId: strangerId(targetId),
    directory: first?.directory ?? '',
    targetId,
    origin: 'adopted',
    lifecycle: 'deactivated',
    attributes: {},
  };
}
