import { comparableId } from '../../core/directory/source-id.ts';
import { fold } from '../../core/directory/fold.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { valueOf, type Resource } from '../../core/model/resource.ts';
import type { Steps } from '../../core/model/steps.ts';
import { scimPath } from '../../core/mapping/scim-path.ts';
import { scimValues, textOf } from '../../core/mapping/scim-values.ts';
import type { Clock } from '../../ports/clock.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { Intent } from '../../ports/state-records.ts';
import { endsAll, targetError } from '../shared/target-error.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { inTurns } from '../shared/turns.ts';
import { isUnreached, lookUpEach, type LookUps } from './look-up.ts';
import { isForeign } from './unmatchable.ts';

/** Whom a search found. */
export type MatchFinding =
  | {
      readonly found: readonly FoundResource[];
      readonly by: string;
      /** Nobody was found, and the target could not be searched by all of the match attributes. */
      readonly isPartial?: boolean;
    }
  | undefined;

/** One page of everything costs as much as one look-up. */
const lookupsWorthOneList = 2;

/** Those of one type who are looked for. */
export interface Search extends Pick<TargetSetup, 'target' | 'policy' | 'kept'> {
  readonly resources: readonly Resource[];
  readonly type: ResourceType;
  readonly paths: readonly string[];
  /** Who was being created or adopted when the process ended. */
  readonly intents: ReadonlyMap<SourceId, Pick<Intent, 'adopts'>>;
  /** How many are known to be there: a list with fewer is not believed (Snowflake's has one made-up user). */
  readonly linked: number;
  /** Told whom a whole list shows. */
  readonly tellListed: (ids: ReadonlySet<TargetId>) => void;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  readonly signal: AbortSignal;
}

/** Looks for them one by one, or in a list of everybody, whatever takes fewer requests. */
export async function search(input: Search): Promise<LookUps<MatchFinding>> {
  const { resources, target, paths, intents, signal } = input;
  const lookups = resources.length * paths.length;
  if (lookups > lookupsWorthOneList) {
    const everything = await listEverything(input, Math.floor(lookups / lookupsWorthOneList));
    if (isFailure(everything) && endsAll(everything)) throw targetError(target.name, everything);
    if (isFailure(everything) && everything.class === 'throttled') return { findings: new Map(), last: everything };
    if (everything !== undefined && !isFailure(everything)) {
      input.tellListed(new Set(everything.map(({ id }) => id)));
      const begun = resources.flatMap((one) => asEntry(one, listBegun(one, input, everything)));
      const listed = await inTurns(searchList(resources, withExternalId(paths), everything), input.clock);
      const findings = new Map([...listed, ...begun]);
      if (input.kept.take(sizeOfAll(findings))) return { findings, last: undefined };
    }
  }
  const pathsOf = ({ sourceId }: Resource) => (intents.has(sourceId) ? withExternalId(paths) : paths);
  const lookUp = async (resource: Resource): Promise<MatchFinding | Failure> =>
    (await findBegun(resource, input)) ?? findOne(target, resource, pathsOf(resource), signal);
  return findRefused(
    await lookUpEach(resources, lookUp, { kept: input.kept, sizeOf }, target.concurrency, signal),
    input,
  );
}

function sizeOfAll(findings: ReadonlyMap<SourceId, MatchFinding>): number {
  return [...findings.values()].reduce((sum, finding) => sum + sizeOf(finding), 0);
}

function asEntry({ sourceId }: Resource, finding: MatchFinding): [SourceId, MatchFinding][] {
  return finding === undefined ? [] : [[sourceId, finding]];
}

function sizeOf(finding: MatchFinding): number {
  return finding?.found.reduce((sum, { size = 0 }) => sum + size, 0) ?? 0;
}

/** Whoever the target refuses to search for, if only by one match attribute, is searched for in a list of everybody, whatever it costs. */
async function findRefused({ findings, last }: LookUps<MatchFinding>, input: Search): Promise<LookUps<MatchFinding>> {
  const refused = input.resources.filter(({ sourceId }) => {
    const finding = findings.get(sourceId);
    if (!findings.has(sourceId)) return last !== undefined && !isUnreached(last);
    return isFailure(finding) ? !isUnreached(finding) : finding?.isPartial === true;
  });
  if (refused.length === 0) return { findings, last };
  const everything = await listEverything(input, Infinity);
  if (everything === undefined || isFailure(everything)) return { findings, last };
  const listed = await inTurns(searchList(refused, withExternalId(input.paths), everything), input.clock);
  return { findings: new Map([...findings, ...listed]), last };
}

/**
 * Everything that a target has of a type, as far as that can be believed and is worth so many requests.
 *
 * @param without what of groups nobody looks at
 */
export async function listEverything(
  { type, target, linked, signal }: Pick<Search, 'type' | 'target' | 'linked' | 'signal'>,
  worthRequests: number,
  without?: 'members',
): Promise<FoundResource[] | Failure | undefined> {
  const everything = await target.inventory(type, worthRequests, signal, without);
  return Array.isArray(everything) && everything.length < linked ? undefined : everything;
}

/** Our own id first: what a create with a lost answer may have left is certainly ours. */
export function withExternalId(paths: readonly string[]): readonly string[] {
  return ['externalId', ...paths.filter((path) => path !== 'externalId')];
}

/** Each resource by the first of its match attributes that somebody in the list has too: a step for each. */
export function* searchList(
  resources: readonly Pick<Resource, 'sourceId' | 'attributes'>[],
  paths: readonly string[],
  everything: readonly FoundResource[],
): Steps<Map<SourceId, MatchFinding>> {
  const indexes: { readonly path: string; readonly index: Map<string, FoundResource[]> }[] = [];
  for (const path of paths) {
    const index = new Map<string, FoundResource[]>();
    for (const one of everything) {
      const values = scimValues(one.body, scimPath(path)).flatMap((value) => textOf(value) ?? []);
      for (const key of new Set(values.map((value) => comparable(path, value)))) {
        const alike = index.get(key);
        if (alike === undefined) index.set(key, [one]);
        else alike.push(one);
      }
      yield;
    }
    if (index.size > 0) indexes.push({ path, index });
  }
  const findings = new Map<SourceId, MatchFinding>();
  for (const resource of resources) {
    findings.set(resource.sourceId, findIn(indexes, resource));
    yield;
  }
  return findings;
}

function findIn(
  indexes: readonly { readonly path: string; readonly index: ReadonlyMap<string, FoundResource[]> }[],
  resource: Pick<Resource, 'attributes'>,
): MatchFinding {
  for (const { path, index } of indexes) {
    const value = valueOf(resource, path);
    const found = typeof value === 'string' ? index.get(comparable(path, value)) : undefined;
    if (found !== undefined) return { found, by: path };
  }
  return undefined;
}

/** externalId is case-exact, names and mail are not (RFC 7643 §3.1, §4.1); nor does another form of the same text make another person. */
function comparable(path: string, value: string): string {
  return path === 'externalId' ? comparableId(value) : fold(value);
}

/**
 * Searches one resource on the target by its match attributes. A failure when the target refuses to search for every
 * value that it has, or cannot be asked now: then nobody knows whether it is there. With nobody found, it says when a
 * match attribute could not be searched by; not so of externalId, which many targets cannot search by.
 *
 * @throws BridgeError when the target refuses the credentials
 */
export async function findOne(
  target: ScimTarget,
  resource: Pick<Resource, 'type' | 'attributes'> & Partial<Pick<Resource, 'createOnly'>>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<MatchFinding | Failure> {
  let refused: Failure | undefined;
  let searched: string | undefined;
  let isPartial = false;
  for (const path of paths) {
    const value = valueOf(resource, path);
    if (typeof value !== 'string') continue;
    const found = await target.find(resource.type, path, value, signal);
    if (!isFailure(found)) {
      searched = path;
      if (found.length > 0) return { found, by: path };
    } else if (endsAll(found)) throw targetError(target.name, found);
    else if (isUnreached(found)) return found;
    else {
      refused = found;
      isPartial ||= path !== 'externalId';
    }
  }
  if (searched === undefined) return refused;
  return isPartial ? { found: [], by: searched, isPartial } : undefined;
}

interface Begun extends Pick<TargetSetup, 'target' | 'policy'> {
  readonly intents: ReadonlyMap<SourceId, Pick<Intent, 'adopts'>>;
  readonly signal: AbortSignal;
}

interface BegunFinding {
  readonly found: readonly [FoundResource];
  readonly by: 'id';
}

/**
 * The account whose adoption was begun and had no clear answer, by its id: it may carry our externalId by now on a target
 * that does not show it, while the entry has another name. Searched for by its names, it would not be found, and another
 * one made.
 *
 * @returns undefined when no adoption was begun, or the account is gone or somebody else's by now
 */
async function findBegun(
  { type, sourceId }: Resource,
  { target, policy, intents, signal }: Begun,
): Promise<BegunFinding | Failure | undefined> {
  const adopts = intents.get(sourceId)?.adopts;
  if (adopts === undefined) return undefined;
  const held = await target.read(type, adopts, signal);
  if (isFailure(held)) return saysNo(held) ? undefined : held;
  return isForeign(held, sourceId, policy[type]) ? undefined : { found: [held], by: 'id' };
}

/** The same in a list of everything. */
function listBegun(
  { type, sourceId }: Resource,
  { policy, intents }: Begun,
  everything: readonly FoundResource[],
): BegunFinding | undefined {
  const adopts = intents.get(sourceId)?.adopts;
  if (adopts === undefined) return undefined;
  const held = everything.find(({ id }) => id === adopts);
  return held === undefined || isForeign(held, sourceId, policy[type]) ? undefined : { found: [held], by: 'id' };
}

/** Whether a failure is an answer: the target has no such account, cannot be asked like this, or will not say. */
export function saysNo({ class: failureClass }: Failure): boolean {
  return failureClass === 'gone' || failureClass === 'unsupported' || failureClass === 'rejected';
}
