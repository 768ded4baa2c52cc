import type { Conversation } from '../dialect/conversation.ts';
import type { Refusal } from '../shared/message.ts';

/** What is not shown when somebody looks whether a change was made. */
type Looked = 'an account that was to be switched off' | 'a user that was changed' | 'a group that was changed';

/**
 * A target that does not show such resources at all has to be believed: one that has no such request, or refuses it again and
 * again. One refusal may be of the moment, and is no reason to take the target's word from then on.
 */
export function showsNobody(
  { targetDialect }: Conversation,
  what: Looked,
  { status }: Pick<Refusal, 'status'>,
): boolean {
  if (status === 405 || status === 501) return true;
  const next = refusals(what).find((fact) => !targetDialect.evidence.has(fact));
  if (next !== undefined) targetDialect.evidence.note(next);
  return next === undefined;
}

/** It was shown: what was refused before was of the moment. */
export function showsSomebody({ targetDialect }: Conversation, what: Looked): void {
  for (const fact of refusals(what)) targetDialect.evidence.drop(fact);
}

function refusals(what: Looked): string[] {
  return [1, 2, 3, 4].map((count) => `refused to show ${what}: ${count}`);
}
