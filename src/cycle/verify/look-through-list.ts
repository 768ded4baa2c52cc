import { readScimPath, scimPath } from '../../core/mapping/scim-path.ts';
import { textOf } from '../../core/mapping/scim-values.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Resource } from '../../core/model/resource.ts';
import { isFilled } from '../../core/verify/same-value.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import { compareSubject } from './compare-subject.ts';
import { linksReferredTo, subjectOf, type Subject } from './subjects.ts';
import type { Findings } from './findings.ts';
import type { ReadBackInput } from './read-back-input.ts';

/** Accounts or groups on the target that are nobody's of ours. Holds names: for people who ask, never stored or logged. */
export interface Foreign {
  readonly count: number;
  /** False: the target does not list everything, so that there may be more. */
  readonly isComplete: boolean;
  /** The first of them. */
  readonly listed: readonly { readonly id: TargetId; readonly name: string | undefined }[];
}

/** What a list shows. */
export interface Listed extends Omit<Foreign, 'isComplete'> {
  /** It adds up: as many came as it promised. */
  readonly isWhole: boolean;
  /** How many of ours are in it. */
  readonly ours: number;
}

/** Foreign ones that are named; the others are counted. */
const mostNamed = 1_000;

/** So many are read by id as well, before a list is believed to show what there is. */
const samples = 3;

/** Lists of fewer pages are always worth it, to see who is there that is not ours. */
const fewPages = 50;

/**
 * Walks the list of a type. Users whom it shows as they should be are done; whoever differs in it is left to a look-up,
 * for lists may be stale or short. Groups are only counted: their members are in no list that could be trusted.
 */
export async function lookThroughList(
  type: ResourceType,
  linked: number,
  findings: Findings,
  input: ReadBackInput,
): Promise<Listed> {
  const foreign = new Map<TargetId, string | undefined>();
  const ours = new Set<SourceId>();
  const trust = createTrust(input);
  const end = await walkUnlessStopped(
    type,
    Math.max(fewPages, linked),
    async (page) => {
      if (input.isStopping()) return false;
      const ids = page.map(({ id }) => id);
      const owners = await input.store.owners(input.target.name, type, ids);
      for (const one of page)
        if (!owners.has(one.id)) foreign.set(one.id, foreign.size < mostNamed ? nameOf(type, one) : undefined);
      for (const owner of owners.values()) ours.add(owner);
      if (type === 'user') await compareAll(page, owners, trust, findings, input);
      return true;
    },
    input,
  );
  return {
    isWhole: end === 'whole',
    ours: ours.size,
    count: foreign.size,
    listed: [...foreign].slice(0, mostNamed).map(([id, name]) => ({ id, name })),
  };
}

/** Whoever stops it goes on without what is on its way. */
async function walkUnlessStopped(
  type: ResourceType,
  worthRequests: number,
  onPage: Parameters<ScimTarget['walk']>[2],
  { target, signal, isStopping }: ReadBackInput,
): ReturnType<ScimTarget['walk']> {
  try {
    return await target.walk(type, worthRequests, onPage, signal);
  } catch (thrown) {
    if (!isStopping()) throw thrown;
    return 'partial';
  }
}

async function compareAll(
  page: readonly FoundResource[],
  owners: ReadonlyMap<TargetId, SourceId>,
  trust: Trust,
  findings: Findings,
  input: ReadBackInput,
): Promise<void> {
  const links = await input.store.links(input.target.name, [...owners.values()]);
  const bodies = new Map(page.map((one) => [one.id, one]));
  const subjects = [...links.values()].flatMap((link) => subjectOf(link, input.wanted) ?? []);
  const references = await linksReferredTo(subjects, input.target.name, input.store);
  for (const subject of subjects) {
    const listed = bodies.get(subject.link.targetId);
    if (listed === undefined || findings.isDone(subject) || !(await trust.isWhole(subject, listed))) continue;
    const compared = await compareSubject(subject, listed, { references, acknowledged: [] }, input);
    if (!isFailure(compared)) findings.takeListed(subject, compared);
  }
}

interface Trust {
  /** Whether the list shows what there is of a resource. */
  isWhole(subject: Subject, listed: FoundResource): Promise<boolean>;
}

/** The first ones of a list are read by id: what is to be seen there and not in the list is missing in all of it. */
function createTrust({ target, signal }: ReadBackInput): Trust {
  let looked = 0;
  let isThin = false;
  return {
    async isWhole({ link, resource }, listed) {
      if (isThin || looked >= samples || resource === undefined) return !isThin;
      const read = await target.read(link.type, link.targetId, signal);
      if (isFailure(read)) return false;
      looked += 1;
      isThin = hasMore(read, listed, resource);
      return !isThin;
    },
  };
}

function hasMore(read: FoundResource, listed: FoundResource, { attributes }: Resource): boolean {
  if (read.active !== undefined && listed.active === undefined) return true;
  return [...attributes.keys()].some((text) => {
    const path = scimPath(text);
    return isFilled(readScimPath(read.body, path)) && !isFilled(readScimPath(listed.body, path));
  });
}

function nameOf(type: ResourceType, { body }: FoundResource): string | undefined {
  return textOf(readScimPath(body, scimPath(type === 'user' ? 'userName' : 'displayName')));
}
