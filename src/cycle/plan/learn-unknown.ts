import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { doubtful, type Link, type TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { DesiredAttributes, Resource } from '../../core/model/resource.ts';
import {
  doubtActive,
  learnActive,
  learnMembers,
  learnPaths,
  markPaths,
  membersPath,
  settlePaths,
  unknownPaths,
  unknownWhole,
} from '../../core/planning/link-paths.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { listEverything } from '../match/search.ts';
import { targetIds } from '../shared/target-ids.ts';
import type { AttemptMode } from '../shared/target-setup.ts';
import { isResting, isSettling, noteSettling } from '../match/settling.ts';
import { createPauses } from '../shared/turns.ts';
import { forEachConcurrently } from '../shared/work.ts';

export interface UnknownInput {
  readonly target: ScimTarget;
  readonly store: StateView;
  readonly resources: readonly Resource[];
  /** Those who are linked and not wanted. */
  readonly leaving: readonly Link[];
  /** Of everyone above, and of everyone they refer to; takes what was learned. */
  readonly links: Map<SourceId, Link>;
  /** The acknowledged members of groups. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** Whom the target may be asked about; without it, everyone. */
  readonly only?: SourceId | undefined;
  /** What is too new to be seen is not looked at in each cycle, unless a person asks. */
  readonly attempt?: AttemptMode | undefined;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface Learned {
  /** Links that know more, or less, than before. */
  readonly links: readonly Link[];
  /** Without the paths that could not be looked at: they are left alone until they can. */
  readonly resources: readonly Resource[];
  /** How many paths these are. */
  readonly waiting: number;
  /** Whom the target does not have any more: they are looked for, and made again, by the next cycle. */
  readonly lost: ReadonlySet<SourceId>;
}

/** A link, and what it does not know of its account. */
interface Gap {
  readonly link: Link;
  readonly wanted: DesiredAttributes;
  readonly paths: readonly string[];
  /** `active`, `members`: after a loss of records. */
  readonly whole: readonly string[];
}

/**
 * Makes the links say of every managed path what the target holds there. A path that has become managed (the map gained
 * it, or a value came where `ignoreIfEmpty` gave none) is looked at once, because whatever others put there must neither
 * survive beside what is wanted nor be written twice. The same goes for everything when records of the state were lost.
 */
export async function learnUnknown(input: UnknownInput): Promise<Learned> {
  const { resources, leaving, links, only, attempt } = input;
  const learned = new Map<SourceId, Link>();
  const gaps: Gap[] = [];
  const examine = (link: Link, wanted: DesiredAttributes): void => {
    const gap = { link, wanted, paths: unknownPaths(link, wanted), whole: unknownWhole(link) };
    if (gap.paths.length + gap.whole.length > 0) gaps.push(gap);
  };
  const pause = createPauses(input.clock);
  for (const resource of resources) {
    const paused = pause();
    if (paused !== undefined) await paused;
    const known = links.get(resource.sourceId);
    if (known === undefined || known.lifecycle === 'lost') continue;
    const link = settlePaths(known, resource);
    if (link !== known) learned.set(link.sourceId, link);
    examine(link, resource.attributes);
  }
  for (const link of leaving) if (link.lifecycle !== 'lost') examine(link, new Map());
  const seen = await lookAt(
    gaps.filter(
      ({ link }) =>
        (only === undefined || only === link.sourceId) &&
        !(attempt === 'due' && isResting(input.store, link, input.now)),
    ),
    input,
  );
  const without = new Map<SourceId, ReadonlySet<string>>();
  const whereaboutsOf = lostAmong(resources, input);
  const lost = new Set<SourceId>();
  for (const gap of gaps) {
    const answer = seen.get(gap.link.sourceId);
    const whereabouts = answer === undefined ? 'unclear' : await whereaboutsOf(gap, answer);
    if (whereabouts === 'lost') {
      lost.add(gap.link.sourceId);
      learned.set(gap.link.sourceId, { ...gap.link, lifecycle: 'lost' });
      continue;
    }
    if (whereabouts === 'settling') noteSettling(input.store, gap.link, input.now);
    const link = whereabouts === 'settling' ? undefined : await learn(gap, answer, input);
    if (link === undefined) without.set(gap.link.sourceId, new Set(gap.paths));
    else learned.set(link.sourceId, link);
  }
  for (const link of learned.values()) links.set(link.sourceId, link);
  return {
    links: [...learned.values()],
    resources:
      without.size === 0 ? resources : resources.map((resource) => leaveOut(resource, without.get(resource.sourceId))),
    waiting: without.size + lost.size,
    lost,
  };
}

/**
 * Whether one who is wanted and was to be looked at as a whole is not there any more. That is believed of a target that
 * answers to a list as a list, and not of what is only new: that is looked at again. Those who leave are looked for elsewhere before they are forgotten.
 */
function lostAmong(
  resources: readonly Resource[],
  { target, links, now, signal }: UnknownInput,
): (gap: Gap, seen: FoundResource | Failure) => Promise<'lost' | 'settling' | 'unclear'> {
  const wanted = new Set(resources.map(({ sourceId }) => sourceId));
  const answers = new Map<ResourceType, Promise<boolean>>();
  return async ({ link, whole }, seen) => {
    if (!isFailure(seen) || seen.class !== 'gone' || whole.length === 0 || !wanted.has(link.sourceId)) return 'unclear';
    const { type } = link;
    const isAnswering = answers.get(type) ?? target.answers(type, signal);
    answers.set(type, isAnswering);
    if (!(await isAnswering)) return 'unclear';
    return (await isSettling(link, links.values(), { target, signal }, now)) ? 'settling' : 'lost';
  };
}

/** Undefined when the next cycle has to look again. */
async function learn(
  { link, wanted, paths, whole }: Gap,
  seen: FoundResource | Failure | undefined,
  input: UnknownInput,
): Promise<Link | undefined> {
  const { digest } = input.store;
  if (seen === undefined || (isFailure(seen) && !isFinal(seen))) return undefined;
  if (isFailure(seen)) {
    // Nobody can say what is there: what is wanted is put in its place.
    const doubted = markPaths(link, paths, doubtful);
    if (whole.length === 0) return doubted;
    return link.type === 'user'
      ? doubtActive(doubted)
      : learnMembers(doubted, input.members.get(link.sourceId) ?? new Set(), undefined);
  }
  const shown = learnPaths(link, paths, wanted, seen.body, digest, targetIds(input));
  if (whole.length === 0) return shown;
  if (link.type === 'user')
    return seen.active === undefined ? doubtActive(shown) : learnActive(shown, seen.active, digest);
  return learnMembers(shown, input.members.get(link.sourceId) ?? new Set(), await membersIn(seen, input));
}

/** Those members of a group whom we know; undefined when the target does not show who they are. */
async function membersIn(
  group: FoundResource,
  { target, store, links, signal }: UnknownInput,
): Promise<ReadonlySet<SourceId> | undefined> {
  const ids = await target.membersOf(group, signal);
  if (ids === undefined || isFailure(ids)) return undefined;
  const owners = new Map<TargetId, SourceId>();
  for (const type of ['user', 'group'] as const)
    for (const [id, owner] of await store.owners(target.name, type, ids)) owners.set(id, owner);
  const seen = new Set(owners.values());
  for (const [id, link] of await gather(
    [...seen].filter((id) => !links.has(id)),
    (batch) => store.links(target.name, batch),
  ))
    links.set(id, link);
  return seen;
}

/** A list of everybody costs less than looking at many one by one. */
const looksWorthOneList = 2;

async function lookAt(
  gaps: readonly Gap[],
  input: UnknownInput,
): Promise<ReadonlyMap<SourceId, FoundResource | Failure>> {
  const found = new Map<SourceId, FoundResource | Failure>();
  for (const type of ['user', 'group'] as const) {
    const own = gaps.filter(({ link }) => link.type === type);
    const listed = await listAll(own, type, input);
    let isFailing = false;
    await forEachConcurrently(
      own,
      input.target.concurrency,
      () => isFailing || input.signal.aborted,
      async ({ link, whole }) => {
        const without = whole.includes(membersPath) ? undefined : 'members';
        const seen = listed.get(link.targetId) ?? (await input.target.read(type, link.targetId, input.signal, without));
        found.set(link.sourceId, seen);
        isFailing ||= isFailure(seen) && !isFinal(seen);
      },
    );
  }
  input.signal.throwIfAborted();
  return found;
}

/** A list may come without members. */
async function listAll(
  gaps: readonly Gap[],
  type: ResourceType,
  { target, store, signal }: UnknownInput,
): Promise<ReadonlyMap<string, FoundResource>> {
  if (gaps.length <= looksWorthOneList || gaps.some(({ whole }) => whole.includes(membersPath))) return new Map();
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything(
    { type, target, linked, signal },
    Math.floor(gaps.length / looksWorthOneList),
    'members',
  );
  return new Map(Array.isArray(everything) ? everything.map((one) => [one.id, one]) : []);
}

/** The target will not show it, now or later. What failed on its way may be shown by the next cycle. */
function isFinal({ class: failureClass }: Failure): boolean {
  return (
    failureClass === 'gone' ||
    failureClass === 'rejected' ||
    failureClass === 'unsupported' ||
    failureClass === 'protocol'
  );
}

function leaveOut(resource: Resource, paths: ReadonlySet<string> | undefined): Resource {
  if (paths === undefined || paths.size === 0) return resource;
  return { ...resource, attributes: new Map([...resource.attributes].filter(([path]) => !paths.has(path))) };
}
