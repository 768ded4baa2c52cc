import type { EntryList } from '../core/model/entries.ts';
import { joinEntries } from '../core/directory/join-entries.ts';
import { dnKey } from '../core/directory/dn.ts';
import { fold } from '../core/directory/fold.ts';
import type { Entry, SourceId } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Digest, Link, TargetId } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import type { DesiredValue, Rejected, Resource } from '../core/model/resource.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { explainEntry, type Explanation } from '../core/mapping/explain.ts';
import { mentionsOf } from '../core/mapping/compare-projections.ts';
import { findResource, type Projection } from '../core/mapping/project.ts';
import { concerning } from '../core/planning/concerning.ts';
import type { Match } from '../core/planning/plan-input.ts';
import { heldOperation, marksOf } from '../core/planning/held-operation.ts';
import { findSuccessors } from '../core/planning/successors.ts';
import { isFailure } from '../ports/scim-target.ts';
import type { RejectionRecord } from '../ports/decisions.ts';
import type { QuarantineRecord, TargetState } from '../ports/state-records.ts';
import type { StateView } from '../ports/state-store.ts';
import { gather } from './shared/batches.ts';
import { findOne } from './match/search.ts';
import { checkBinding } from './bind-target.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { recallProofs } from './plan/proofs.ts';
import { preparePlan, type PrepareInput, type Preparation } from './plan/prepare-plan.ts';
import { remind } from './shared/target-notes.ts';
import { matchPaths, type TargetSetup } from './shared/target-setup.ts';
import { explainUnreached } from './shared/unreached.ts';

/** One entry and one target, from the directory to the requests that are due. */
export interface TargetExplanation {
  readonly target: string;
  readonly id: SourceId;
  /** Undefined when the directories don't have it (any more). */
  readonly explanation: Explanation | undefined;
  /** The directories have it all the same, and do not show it to the bind account. */
  readonly hidden: boolean;
  /** In scope, and not to be written: by the map, or by what the target has. */
  readonly rejected: Rejected | undefined;
  /** The target creates nobody who is inactive in the directory. */
  readonly createInactive: boolean;
  readonly link: Link | undefined;
  /** Of an entry that is gone: who takes over its account, or may do so once it is known whether they were created. */
  readonly heir: Heir | undefined;
  /** Of an entry without a link: an account on the target that a match attribute would find. */
  readonly account: UnlinkedAccount | undefined;
  /** How people call those who are in scope, by source id. */
  readonly names: ReadonlyMap<SourceId, string>;
  /** What accounts hold that the search on the target found. */
  readonly found: ReadonlyMap<SourceId, Match['body']>;
  readonly quarantine: QuarantineRecord | undefined;
  /** While the target is left alone as a whole. */
  readonly targetQuarantine: TargetState['quarantine'];
  /** Somebody wants what failed tried again: the next cycle does not wait for its pause. */
  readonly retryAsked: boolean;
  /** Who belongs to it (a group's members, a manager) and is not on the target yet: they are added once they are there. */
  readonly awaited: readonly SourceId[];
  /** What the next cycle would do, with what is held and what was rejected. */
  readonly operations: readonly Operation[];
  /** Of these, what the guard would hold, and under which id. */
  readonly held: readonly Operation[];
  readonly holdId: string | undefined;
  /** Of these, what waits for a seat; and how the seats stood after the last cycle, or stand now where nobody else waits. */
  readonly seats: TargetState['seats'];
  readonly unseated: readonly Operation[];
  /** Of these, what a person rejected. */
  readonly undone: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
}

export interface Heir {
  readonly id: SourceId;
  readonly isAwaited: boolean;
}

/** An account that fits an entry and is not its own. */
export interface UnlinkedAccount {
  readonly targetId: TargetId;
  /** The match attribute in which both are equal. */
  readonly matchedBy: string;
  readonly active: boolean | undefined;
  /** The entry whose account it is. */
  readonly owner: SourceId | undefined;
}

/** An explanation with what it was made from. */
export interface Examination {
  readonly explanation: TargetExplanation;
  readonly prepared: Preparation;
}

/** The same functions as a cycle, followed for one entry; writes nothing, and asks the target only about this one. */
export async function explainTarget(
  id: SourceId,
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  { isPush = false, ...asked }: Pick<PrepareInput, 'lookUp' | 'now' | 'signal'> & { readonly isPush?: boolean },
): Promise<Examination> {
  const { now, signal } = asked;
  const target = setup.target.name;
  checkMustSee(setup, readings);
  await checkBinding(setup, store);
  const draft = await draftKnowing(undefined, readings, setup.definition, { now: () => now }, store, () =>
    recallProofs(readings, setup, store),
  );
  const all = draft.projection;
  const ids = all.resources.map(({ sourceId }) => sourceId);
  const links = await gather([...new Set([...ids, id])], (batch) => store.links(target, batch));
  const resources = resourcesFor(id, all, links, setup, store.digest);
  await remind(setup.target, store);
  const { waiting } = await store.decisions();
  const prepared = await preparePlan({
    ...asked,
    setup,
    readings,
    projection: { ...all, resources },
    // What somebody takes back comes with the next cycle; a push leaves it to that.
    evaluation: isPush ? undefined : draft.evaluation,
    scopeGroups: draft.evaluation.scopeGroups,
    only: id,
    wantedBack: new Set(isPush ? [id] : []),
    store,
    waiting,
    attempt: 'asked',
  });
  const failed = await explainUnreached(setup.target, prepared.matches.unreached, signal);
  if (failed !== undefined) throw failed;
  const explained = explainEntry(id, joinEntries(readings), setup.definition, draft);
  // Who is in scope and can be written was looked for already.
  const wasSearched =
    prepared.matches.matches.has(id) || (explained?.inScope === 'yes' && explained.rejected === undefined);
  const isOnTarget = isLive(prepared.known.links.get(id) ?? links.get(id));
  const quarantine = (await store.quarantined(target, [id])).get(id);
  const explanation: TargetExplanation = {
    target,
    id,
    explanation: explained,
    createInactive: setup.createInactive,
    account: isOnTarget || wasSearched ? undefined : await findUnlinked(explained, setup, store, signal),
    names: namesIn(all),
    awaited: awaitedBy(id, all, links, setup),
    link: links.get(id),
    heir: heirIn(id, prepared),
    quarantine,
    targetQuarantine: prepared.known.state.quarantine,
    retryAsked: prepared.quarantine.isReleased(id),
    ...ofPlan(id, prepared, quarantine, explained, store.digest),
  };
  return { explanation, prepared };
}

/** Newcomers are not looked for here, so that the plan has nothing of them. Whoever is never created is not awaited. */
function awaitedBy(
  id: SourceId,
  { resources }: Projection,
  links: ReadonlyMap<SourceId, Link>,
  { createInactive }: TargetSetup,
): SourceId[] {
  const own = findResource(resources, id);
  const comes = (one: SourceId): boolean => {
    const resource = findResource(resources, one);
    return resource !== undefined && (createInactive || resource.attributes.get('active') !== false);
  };
  return own === undefined ? [] : mentionsOf(own).filter((one) => one !== id && !isLive(links.get(one)) && comes(one));
}

function namesIn({ resources, rejected }: Projection): TargetExplanation['names'] {
  return new Map([...resources, ...rejected].map(({ sourceId, label }) => [sourceId, label]));
}

/** What of a plan is about this one. */
function ofPlan(
  id: SourceId,
  { known, matches, made: { plan, verdict, undone, unseated, seats, due, words, context } }: Preparation,
  quarantine: QuarantineRecord | undefined,
  explained: Explanation | undefined,
  digest: Digest,
): Pick<
  TargetExplanation,
  'rejected' | 'found' | 'hidden' | 'operations' | 'held' | 'holdId' | 'seats' | 'unseated' | 'undone' | 'rejections'
> {
  const own = (operations: readonly Operation[]): Operation[] => concerning(id, operations, context);
  // Others who wait are not planned here: that they come first is known from the last cycle.
  const waited = quarantine?.cause === 'no_seat' && seats !== undefined;
  const rejected = new Set(own(undone).flatMap((operation) => marksOf(heldOperation(operation, digest))));
  return {
    rejected:
      plan.rejected.find(
        ({ sourceId, reasons }) => sourceId === id && !reasons.some(({ code }) => code === 'hidden_entry'),
      ) ?? explained?.rejected,
    found: new Map([...matches.matches].map(([one, { body }]) => [one, body])),
    hidden: known.unseen.has(id),
    operations: own(plan.operations),
    held: own(verdict.hold?.operations ?? []),
    holdId: verdict.hold?.holdId,
    seats: waited ? (known.state.seats ?? seats) : seats,
    unseated: own(waited ? [...unseated, ...due] : unseated),
    undone: own(undone),
    rejections: words.rejections.filter(({ operations }) =>
      operations.flatMap(marksOf).some((mark) => rejected.has(mark)),
    ),
  };
}

/** Those who are linked, this one, and who may come in its place when it is gone: any other newcomer would cost a search. */
function resourcesFor(
  id: SourceId,
  { resources }: Projection,
  links: ReadonlyMap<SourceId, Link>,
  setup: TargetSetup,
  digest: Digest,
): readonly Resource[] {
  const link = links.get(id);
  const isGone = link !== undefined && !resources.some(({ sourceId }) => sourceId === id);
  const newcomers = isGone ? resources.filter(({ sourceId }) => !links.has(sourceId)) : [];
  const heirs = isGone ? findSuccessors(newcomers, [link], matchPaths(setup), digest) : undefined;
  return resources.filter(
    ({ sourceId }) => sourceId === id || heirs?.has(sourceId) === true || isLive(links.get(sourceId)),
  );
}

function heirIn(id: SourceId, { successors, known }: Preparation): Heir | undefined {
  const awaited = known.awaited.get(id);
  if (awaited !== undefined) return { id: awaited, isAwaited: true };
  const [heir] = [...successors].find(([, { replaces }]) => replaces.sourceId === id) ?? [];
  return heir === undefined ? undefined : { id: heir, isAwaited: false };
}

function isLive(link: Link | undefined): boolean {
  return link !== undefined && link.lifecycle !== 'lost';
}

/** Whoever is not linked, and was not looked for because they are out of scope: is somebody there who looks like them? */
async function findUnlinked(
  explained: Explanation | undefined,
  { target, policy }: TargetSetup,
  store: StateView,
  signal: AbortSignal,
): Promise<UnlinkedAccount | undefined> {
  if (explained === undefined || target.takes(explained.type) === 'none') return undefined;
  const { type, sourceId, rules } = explained;
  const values = rules.flatMap(({ path, result }) => (result.kind === 'value' ? [[path, result.value] as const] : []));
  const attributes = new Map<string, DesiredValue>([['externalId', sourceId], ...values]);
  try {
    const finding = await findOne(target, { type, attributes }, policy[type].match, signal);
    const [account] = finding === undefined || isFailure(finding) ? [] : finding.found;
    if (finding === undefined || isFailure(finding) || account === undefined) return undefined;
    const owners = await store.owners(target.name, type, [account.id]);
    return { targetId: account.id, matchedBy: finding.by, active: account.active, owner: owners.get(account.id) };
  } catch (thrown) {
    if (thrown instanceof BridgeError) return undefined; // it refuses the credentials: what is known of the entry is told all the same
    throw thrown;
  }
}

/** Attributes by which people call each other, and groups; in lower case. */
export const callingNames = [
  'mail',
  'uid',
  'samaccountname',
  'userprincipalname',
  'cn',
  'displayname',
  'name',
] as const;

/** Entries that a person may mean: by source id, DN, or else mail address or a name, in any spelling. Several are possible. */
export function findEntries(who: string, entries: EntryList): Entry[] {
  const text = fold(who);
  const key = dnKey(who);
  const exact = Iterator.from(entries)
    .filter((entry) => entry.id === text || dnKey(entry.dn) === key)
    .toArray();
  if (exact.length > 0) return exact;
  return [...entries].filter(({ attributes }) =>
    callingNames.some((name) =>
      attributes.get(name)?.some((value) => typeof value === 'string' && fold(value) === text),
    ),
  );
}
