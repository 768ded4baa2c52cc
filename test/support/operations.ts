import { createHash } from 'node:crypto';
import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { MembersOperation, Operation, RemoveOperation, UpdateOperation } from '../../src/core/model/plan.ts';
import type { GuardInput, Population } from '../../src/core/planning/guard-input.ts';
import { limitsWith } from './limits.ts';
import { user } from './plan-input.ts';

export const sha256 = (text: string | Iterable<string>): string =>
  createHash('sha256')
    .update(typeof text === 'string' ? text : [...text].join(''))
    .digest('hex');

/** `p0`, `p1`, … */
export const people = (count: number, from = 0): SourceId[] =>
  Array.from({ length: count }, (_, at) => `p${at + from}`);

const subject = (type: ResourceType, sourceId: SourceId) => ({
  type,
  sourceId,
  directory: 'corp',
  label: sourceId,
  reason: 'a test',
  stage: 0,
});

export function removal(
  sourceId: SourceId,
  verb: RemoveOperation['verb'] = 'deactivate',
  type: ResourceType = 'user',
): RemoveOperation {
  return { ...subject(type, sourceId), verb, cause: 'absent' };
}

export function members(
  sourceId: SourceId,
  add: readonly SourceId[],
  remove: readonly SourceId[],
  cause: MembersOperation['cause'] = 'changed',
): MembersOperation {
  return { ...subject('group', sourceId), verb: 'members', add, remove, cause };
}

export function update(sourceId: SourceId, title = 'Engineer', type: ResourceType = 'user'): UpdateOperation {
  return {
    ...subject(type, sourceId),
    verb: 'update',
    changes: [{ path: 'title', change: 'set', value: title, had: true }],
  };
}

export function creation(sourceId: SourceId, again = false): Operation {
  const { attributes } = user(sourceId);
  return { ...subject('user', sourceId), verb: 'create', attributes, again };
}

/** 100 people with every attribute, 20 groups with 400 members together, and nobody who was switched off. */
export function populationOf(rest: Partial<Population>): Population {
  return {
    active: { user: 100, group: 20 },
    deactivated: { user: 0, group: 0 },
    memberships: 400,
    groupsWithMembers: 20,
    holders: () => 100,
    ...rest,
  };
}

/** What that is on the target, and the limits that the product has by default. */
export function guardInput(operations: readonly Operation[], rest: Partial<GuardInput> = {}): GuardInput {
  return {
    target: 'wiki',
    operations,
    limits: limitsWith(),
    population: populationOf({}),
    links: new Map(),
    members: new Map(),
    recent: [],
    begun: undefined,
    standing: { measured: [], firstRun: new Set() },
    firstRun: false,
    established: true,
    isEmpty: () => false,
    emptiedScopes: [],
    isLeap: () => false,
    overtaken: { directories: new Set(), marks: new Set() },
    possibleMembers: new Map(),
    possiblyInScope: new Set(),
    directories: new Set(['corp', 'branch']),
    older: new Map(),
    hash: sha256,
    ...rest,
  };
}
