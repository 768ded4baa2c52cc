import { adoptedGroupsRule } from './guard-adopted-groups.ts';
import { olderDataRule } from './guard-age.ts';
import { movedDirectoryRule } from './guard-moves.ts';
import { unreadDirectoryRule } from './guard-orphans.ts';
import { clockLeapRule, emptyReadingRule, emptyScopeRule, firstRunRule } from './guard-readings.ts';
import { lookalikeRule } from './guard-lookalike.ts';
import { unresolvedMembersRule, unresolvedScopeRule } from './guard-unresolved.ts';
import type { Rule } from './guard-suspicion.ts';

/** In the order in which their findings are told; those of the limits follow (`guard-limits.ts`). */
export const rules: readonly Rule[] = [
  olderDataRule,
  firstRunRule,
  emptyReadingRule,
  emptyScopeRule,
  unreadDirectoryRule,
  movedDirectoryRule,
  unresolvedMembersRule,
  unresolvedScopeRule,
  clockLeapRule,
  lookalikeRule,
  adoptedGroupsRule,
];
