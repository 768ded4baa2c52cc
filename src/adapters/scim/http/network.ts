import type { Dispatcher } from 'undici';
import { openConnections, type Route } from '../auth/connection.ts';

/** What carries requests and answers, and by which time an answer is waited for. */
export interface Network {
  open(origin: string, route: Route, connections: number, requestMilliseconds: number): Line;
  /** Calls once after so many milliseconds. @returns takes that back */
  after(milliseconds: number, call: () => void): () => void;
}

export interface Line {
  readonly pool: Pick<Dispatcher, 'dispatch'>;
  /** Cuts what is under way. */
  readonly close: () => Promise<void>;
}

/** Sockets, and the machine's own time. */
export const sockets: Network = {
  open: openConnections,
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};
