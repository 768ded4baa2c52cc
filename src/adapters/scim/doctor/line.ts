import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { Traffic } from '../../../ports/target-doctor.ts';
import { createAttempt } from '../http/attempt.ts';
import type { Exchange } from '../shared/message.ts';
import type { CheckedOptions } from '../http/options.ts';
import { Pace } from '../rate-limit/pace.ts';
import { createExchange } from '../http/retry.ts';
import { createTransport } from '../http/transport.ts';
import { inWireForm } from '../dialect/wire-form.ts';

/** A connection to one target, with its credentials and at its pace, that watches what comes back. */
export interface DoctorConnection {
  readonly exchange: Exchange;
  /** Headers, media type and slashes from now on. */
  speak(dialect: Dialect): void;
  /** `Location` of the last answer. */
  location(): string | undefined;
  traffic(): Traffic;
  close(): Promise<void>;
}

export function openDoctorConnection(options: CheckedOptions, configured: Dialect): DoctorConnection {
  let dialect = configured;
  let location: string | undefined;
  let throttles = 0;
  let throttledMilliseconds = 0;
  const latencies: number[] = [];
  const quotaHeaders = new Set<string>();
  const watched: CheckedOptions = {
    ...options,
    onRequest(method, status, milliseconds) {
      if (status > 0) latencies.push(milliseconds);
      options.onRequest(method, status, milliseconds);
    },
    onThrottled(milliseconds) {
      throttles += 1;
      throttledMilliseconds += milliseconds;
      options.onThrottled(milliseconds);
    },
  };
  const transport = createTransport(watched);
  const pace = new Pace(options.clock, configured.rate, options.concurrency);
  const attempt = createAttempt(
    watched,
    {
      ...transport,
      async send(request, headers, signal, onHeld) {
        const reply = await transport.send(request, headers, signal, onHeld);
        location = reply.kind === 'answer' ? reply.location : undefined;
        if (reply.kind === 'answer') for (const name of Object.keys(reply.quota ?? {})) quotaHeaders.add(name);
        return reply;
      },
    },
    (quota) => {
      pace.expect(quota);
    },
  );
  return {
    exchange: inWireForm(createExchange(attempt, pace, options.clock, watched), () => dialect),
    speak: (next) => void (dialect = next),
    location: () => location,
    traffic: () => ({
      requests: latencies.length,
      median: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      quotaHeaders: [...quotaHeaders],
      throttles,
      throttledMilliseconds,
    }),
    close: async () => {
      await Promise.all([transport.close(), options.auth.close()]);
    },
  };
}

/** The nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
