import type { DialectBook } from './dialect-book.ts';
import type { Exchange } from '../message.ts';

/** What it takes to talk to a target: a way to send, its ways, and when to stop. */
export interface Conversation {
  readonly exchange: Exchange;
  readonly book: DialectBook;
  readonly signal: AbortSignal;
}
