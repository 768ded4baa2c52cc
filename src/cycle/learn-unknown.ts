import type { ResourceType, SourceId } from '../core/model/entry.ts';
import { doubtful, type Link } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { Resource } from '../core/model/resource.ts';
import { learnPaths, markPaths, settlePaths, unknownPaths } from '../core/planning/link-paths.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { listEverything } from './correlate.ts';
import { targetIds } from './resolve.ts';
import { forEachConcurrently } from './work.ts';

export interface UnknownInput {
  readonly target: ScimTarget;
  readonly store: StateView;
  readonly resources: readonly Resource[];
  /** Of everyone above, and of everyone they refer to; takes what was learned. */
  readonly links: Map<SourceId, Link>;
  /** Whom the target may be asked about; without it, everyone. */
  readonly only?: SourceId | undefined;
  readonly signal: AbortSignal;
}

export interface Learned {
  /** Links that know more, or less, than before. */
  readonly links: readonly Link[];
  /** Without the paths that could not be looked at: they are left alone until they can. */
  readonly resources: readonly Resource[];
  /** How many paths these are. */
  readonly waiting: number;
}

interface Gap {
  readonly resource: Resource;
  readonly link: Link;
  readonly paths: readonly string[];
}

/**
 * Makes the links say of every managed path what the target holds there. A path that has become managed (the map gained
 * it, or a value came where `ignoreIfEmpty` gave none) is looked at once, because whatever others put there must neither
 * survive beside what is wanted nor be written twice.
 */
export async function learnUnknown(input: UnknownInput): Promise<Learned> {
  const { resources, links } = input;
  const learned = new Map<SourceId, Link>();
  const gaps: Gap[] = [];
  for (const resource of resources) {
    const known = links.get(resource.sourceId);
    if (known === undefined || known.lifecycle === 'lost') continue;
    const link = settlePaths(known, resource);
    if (link !== known) learned.set(link.sourceId, link);
    const paths = unknownPaths(link, resource.attributes);
    if (paths.length > 0) gaps.push({ resource, link, paths });
  }
  const bodies = await lookAt(gaps.filter(({ link }) => input.only === undefined || input.only === link.sourceId), input);
  const without = new Map<SourceId, ReadonlySet<string>>();
  const idOf = targetIds({ links });
  for (const { resource, link, paths } of gaps) {
    const seen = bodies.get(link.sourceId);
    if (seen === undefined || (isFailure(seen) && !isFinal(seen))) without.set(link.sourceId, new Set(paths));
    // Nobody can say what is there: what is wanted is put in its place.
    else if (isFailure(seen)) learned.set(link.sourceId, markPaths(link, paths, doubtful));
    else learned.set(link.sourceId, learnPaths(link, paths, resource.attributes, seen.body, input.store.digest, idOf));
  }
  for (const link of learned.values()) links.set(link.sourceId, link);
  return {
    links: [...learned.values()],
    resources: without.size === 0 ? resources : resources.map((resource) => leaveOut(resource, without.get(resource.sourceId))),
    waiting: [...without.values()].reduce((sum, paths) => sum + paths.size, 0),
  };
}

/** A list of everybody costs less than looking at many one by one. */
const looksWorthOneList = 2;

async function lookAt(gaps: readonly Gap[], input: UnknownInput): Promise<ReadonlyMap<SourceId, FoundResource | Failure>> {
  const found = new Map<SourceId, FoundResource | Failure>();
  for (const type of ['user', 'group'] as const) {
    const own = gaps.filter(({ link }) => link.type === type);
    const listed = await listAll(own, type, input);
    let isFailing = false;
    await forEachConcurrently(own, input.target.concurrency, () => isFailing || input.signal.aborted, async ({ link }) => {
      const seen = listed.get(link.targetId) ?? (await input.target.read(type, link.targetId, input.signal));
      found.set(link.sourceId, seen);
      isFailing ||= isFailure(seen) && !isFinal(seen);
    });
  }
  input.signal.throwIfAborted();
  return found;
}

async function listAll(gaps: readonly Gap[], type: ResourceType, { target, store, signal }: UnknownInput): Promise<ReadonlyMap<string, FoundResource>> {
  if (gaps.length <= looksWorthOneList) return new Map();
  const linked = (await store.counts(target.name))[type].active;
  const everything = await listEverything({ type, target, linked, signal }, Math.floor(gaps.length / looksWorthOneList));
  return new Map(Array.isArray(everything) ? everything.map((one) => [one.id, one]) : []);
}

/** The target will not show it, now or later. What failed on its way may be shown by the next cycle. */
function isFinal({ class: failureClass }: Failure): boolean {
  return failureClass === 'gone' || failureClass === 'rejected' || failureClass === 'unsupported' || failureClass === 'protocol';
}

function leaveOut(resource: Resource, paths: ReadonlySet<string> | undefined): Resource {
  if (paths === undefined) return resource;
  return { ...resource, attributes: new Map([...resource.attributes].filter(([path]) => !paths.has(path))) };
}
