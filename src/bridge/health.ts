import type { Clock } from '../ports/clock.ts';

/** What can be known of a running daemon at any time, whatever serves it. */
export interface Health {
  readonly clock: Clock;
  /** When the scheduler's loop last advanced, by the monotonic clock. */
  readonly heartbeat: () => number;
  /** What readiness depends on. Never a directory or a target: no restart repairs those, and a sidecar's readiness is its Pod's. */
  readonly checks: readonly ReadyCheck[];
  readonly metrics: MetricsText;
}

export interface ReadyCheck {
  readonly name: string;
  readonly isReady: () => boolean;
}

/** The part of a prom-client registry that is served. */
export interface MetricsText {
  readonly contentType: string;
  metrics(): Promise<string>;
}
