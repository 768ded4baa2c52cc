import type { UndoneCycle } from '../undo.ts';

/** What becomes of a cycle that is taken back. */
export function undoJson({ target, holdId, back, others, unknown, approved }: UndoneCycle): unknown {
  const count = (verb: string): number => back.filter((one) => one.verb === verb).length;
  return {
    target,
    undo: holdId,
    reactivate: count('reactivate'),
    create: count('create'),
    memberships: back.reduce((sum, { verb, add = [] }) => sum + (verb === 'members' ? add.length : 0), 0),
    notKnownAnyMore: unknown,
    hadNoAccess: others,
    approved,
  };
}
