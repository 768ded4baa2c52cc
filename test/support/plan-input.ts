import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { Link } from '../../src/core/model/link.ts';
import type { Operation } from '../../src/core/model/plan.ts';
import type { DesiredAttributes, Rejected, Resource } from '../../src/core/model/resource.ts';
import { digestAttributes } from '../../src/core/planning/diff.ts';
import type { Match, PlanInput } from '../../src/core/planning/plan-input.ts';

/** Readable in place of keyed. */
export const digest = (text: string): string => text;

export const day = 86_400_000;
export const now = Date.parse('2026-03-01T00:00:00Z');
export const daysAgo = (days: number): string => new Date(now - days * day).toISOString();

/** The target's id of a resource that it always had. */
export const idOnTarget = (id: SourceId): string => `target-${id}`;

type Attributes = Record<string, DesiredAttributes extends ReadonlyMap<string, infer Value> ? Value : never>;

export function user(sourceId: SourceId, attributes: Attributes = {}): Resource {
  return wanted('user', sourceId, { active: true, ...attributes }, []);
}

export function group(sourceId: SourceId, members: readonly SourceId[], attributes: Attributes = {}): Resource {
  return wanted('group', sourceId, attributes, members);
}

function wanted(
  type: ResourceType,
  sourceId: SourceId,
  attributes: Attributes,
  members: readonly SourceId[],
): Resource {
  const all = new Map(Object.entries({ externalId: sourceId, ...attributes }));
  return {
    sourceId,
    directory: 'corp',
    type,
    attributes: all,
    createOnly: new Map(),
    members,
    label: `label of ${sourceId}`,
  };
}

export function rejected(sourceId: SourceId, active: boolean | undefined): Rejected {
  const reasons = [{ code: 'map_error' as const, text: 'no mail' }];
  return { sourceId, directory: 'corp', type: 'user', label: sourceId, active, reasons };
}

/** A link that remembers exactly what the resource wants. */
export function linkOf(resource: Resource, rest: Partial<Link> = {}): Link {
  return {
    target: 'wiki',
    type: resource.type,
    sourceId: resource.sourceId,
    directory: resource.directory,
    targetId: idOnTarget(resource.sourceId),
    origin: 'created',
    lifecycle: 'active',
    attributes: digestAttributes(resource.attributes, digest, idOnTarget),
    ...rest,
  };
}

export function match(sourceId: SourceId, active: boolean, body: Match['body'] = {}): [SourceId, Match] {
  return [
    sourceId,
    { targetId: idOnTarget(sourceId), matchedBy: 'userName', active, body: { externalId: sourceId, ...body } },
  ];
}

export interface Situation extends Partial<Omit<PlanInput, 'links' | 'matches' | 'members'>> {
  readonly links?: readonly Link[];
  readonly matches?: readonly [SourceId, Match][];
  readonly members?: Readonly<Record<SourceId, readonly SourceId[]>>;
}

export function planInput({ links = [], matches = [], members = {}, ...rest }: Situation): PlanInput {
  return {
    resources: [],
    rejected: [],
    departures: [],
    links: new Map(links.map((link) => [link.sourceId, link])),
    matches: new Map(matches),
    successors: new Map(),
    members: new Map(Object.entries(members).map(([id, ids]) => [id, new Set(ids)])),
    bystanders: new Set(),
    removal: { leaves: 'deactivate', deleteAfter: 30 * day, groups: 'keep' },
    createInactive: false,
    mayMove: () => false,
    recreates: false,
    digest,
    now,
    ...rest,
  };
}

/** `verb id` of each operation, in order. */
export function inShort(operations: readonly Operation[]): string[] {
  return operations.map((operation) => `${operation.verb} ${operation.sourceId}`);
}
