import type { TargetDialect } from './target-dialect.ts';
import type { Exchange } from '../shared/message.ts';

/** What it takes to talk to a target: a way to send, its ways, and when to stop. */
export interface Conversation {
  readonly exchange: Exchange;
  readonly targetDialect: TargetDialect;
  readonly signal: AbortSignal;
}

/** A bulk request's outcome is a number, most of the time: this is what was seen of what it stands for. */
export const bulkTold = 'bulk PATCH does what its outcomes say';

/** The same conversation, in which nothing is repeated that fails on its way. */
export function once<T extends Conversation>(conversation: T): T {
  const { exchange } = conversation;
  return { ...conversation, exchange: (request, signal) => exchange({ ...request, once: true }, signal) };
}

/** The same conversation, with nothing of it joined into bulk requests. */
export function alone<T extends Conversation>(conversation: T): T {
  const { exchange } = conversation;
  return { ...conversation, exchange: (request, signal) => exchange({ ...request, alone: true }, signal) };
}
