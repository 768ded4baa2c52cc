import { createHash } from 'node:crypto';
import type { ResourceType, SourceId } from '../../src/core/model/entry.ts';
import type { MembersOperation, Operation, RemoveOperation, UpdateOperation } from '../../src/core/model/plan.ts';
import type { GuardInput } from '../../src/core/planning/guard-input.ts';
import { user } from './plan-input.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `p0`, `p1`, … */
export const people = (count: number, from = 0): SourceId[] => Array.from({ length: count }, (_, at) => `p${at + from}`);

const subject = (type: ResourceType, sourceId: SourceId) => ({
  type,
  sourceId,
  directory: 'corp',
  label: sourceId,
  reason: 'a test',
  stage: 0,
});

export function removal(sourceId: SourceId, verb: RemoveOperation['verb'] = 'deactivate', type: ResourceType = 'user'): RemoveOperation {
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
  return { ...subject(type, sourceId), verb: 'update', changes: [{ path: 'title', change: 'set', value: title, had: true }] };
}

export function creation(sourceId: SourceId, again = false): Operation {
  const { attributes } = user(sourceId);
  return { ...subject('user', sourceId), verb: 'create', attributes, again };
}

/** 100 people and 20 groups on the target, and the limits that the product has by default. */
export function guardInput(operations: readonly Operation[], rest: Partial<GuardInput> = {}): GuardInput {
  return {
    target: 'wiki',
    operations,
    limits: { removals: { percent: 10, atLeast: 5 }, members: { percent: 20, atLeast: 10 }, updates: { percent: 30, atLeast: 20 } },
    population: { user: 100, group: 20 },
    links: new Map(),
    memberCounts: new Map(),
    recent: [],
    firstRun: false,
    possibleMembers: new Map(),
    emptyTypes: new Set(),
    directories: new Set(['corp', 'branch']),
    older: new Map(),
    hash: sha256,
    ...rest,
  };
}
