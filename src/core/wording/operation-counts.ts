import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Verb } from '../model/plan.ts';
import { count, inWords } from './count.ts';

/** What is counted of an operation. */
export interface Counted {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
}

/** Risky operations first: what ends access, gives it back, or takes over an account that was there before. */
export const verbsInOrder: readonly Verb[] = [
  'delete',
  'deactivate',
  'reactivate',
  'adopt',
  'relink',
  'create',
  'update',
  'members',
];

const participles: Readonly<Record<Verb, string>> = {
  delete: 'deleted',
  deactivate: 'deactivated',
  reactivate: 'reactivated',
  adopt: 'adopted',
  relink: 'relinked',
  create: 'created',
  update: 'updated',
  members: 'changed',
};

/** `12 users and 5 groups to create, members of 1 group to change`; other words where there is none. */
export function countsToDo(operations: readonly Counted[], none = 'nothing to do'): string {
  return countsOf(operations, (verb) => `to ${verb === 'members' ? 'change' : verb}`, none);
}

/** The same of what stays undone: whoever must neither be switched off nor deleted is one person, who keeps access. */
export function countsUndone(operations: readonly Counted[]): string {
  const off = new Set(operations.filter(({ verb }) => verb === 'deactivate').map(({ sourceId }) => sourceId));
  return countsToDo(operations.filter(({ verb, sourceId }) => verb !== 'delete' || !off.has(sourceId)));
}

/**
 * `12 users and 5 groups created, members of 1 group changed`. Where there is none, nothing was sent only if nothing
 * failed: what failed was sent, as a rule, and may have taken effect without an answer.
 */
export function countsDone(applied: readonly Counted[], failed: readonly unknown[]): string {
  return countsOf(
    applied,
    (verb) => participles[verb],
    failed.length === 0 ? 'nothing was sent' : 'nothing was acknowledged',
  );
}

function countsOf(all: readonly Counted[], suffixOf: (verb: Verb) => string, none: string): string {
  // What completes a newcomer is part of the coming, and a group whose members change in several steps is one group.
  const newcomers = new Set(
    all.filter(({ verb }) => verb === 'create' || verb === 'adopt').map(({ sourceId }) => sourceId),
  );
  const operations = all.filter(
    ({ verb, sourceId }) => (verb !== 'update' && verb !== 'members') || !newcomers.has(sourceId),
  );
  const parts = verbsInOrder.flatMap((verb) => {
    const subjects = (['user', 'group'] as const).flatMap((type) => {
      const { size } = new Set(
        operations.filter((one) => one.verb === verb && one.type === type).map(({ sourceId }) => sourceId),
      );
      return size === 0 ? [] : [count(size, type)];
    });
    return subjects.length === 0
      ? []
      : [`${verb === 'members' ? 'members of ' : ''}${inWords(subjects)} ${suffixOf(verb)}`];
  });
  return parts.length === 0 ? none : parts.join(', ');
}
