import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkDialect } from '../../../core/dialect/dialect.ts';
import { writeJson } from '../http/json.ts';
import { bulkOperation } from './bulk-message.ts';
import type { Answer, Refusal, ScimRequest } from '../shared/message.ts';

/** One who waits to be sent together with others. */
export interface Waiting {
  readonly request: ScimRequest;
  readonly signal: AbortSignal;
  /** Tells the one who waits what came of it. Resolves when that is known, and never rejects. */
  readonly settle: (outcome: Promise<Answer | Refusal>) => Promise<void>;
}

export interface BulkQueue {
  /** Rejects with the signal's reason, or with what sending threw. */
  join(request: ScimRequest, signal: AbortSignal): Promise<Answer | Refusal>;
}

/** So long the first one waits for others while nothing is under way. */
const gatherMilliseconds = 5;
/** Schemas, brackets and commas around the operations. */
const shellBytes = 256;

/**
 * Collects who comes while others are under way, like a bus: it leaves when it is full, or when the one before is back.
 * Two changes of the same resource never sit in one: what comes first would not be certain.
 */
export function createBulkQueue(
  limits: () => BulkDialect,
  send: (waiting: readonly Waiting[]) => Promise<void>,
): BulkQueue {
  let waiting: Waiting[] = [];
  let underWay = 0;
  let gathering = false;

  const leave = async (): Promise<void> => {
    let leaving: readonly Waiting[] = waiting;
    underWay += 1;
    try {
      leaving = takeFitting(waiting, limits());
      waiting = waiting.filter((one) => !leaving.includes(one));
      if (leaving.length > 0) await send(leaving);
    } catch (error) {
      waiting = waiting.filter((one) => !leaving.includes(one));
      await Promise.all(leaving.map(({ settle }) => settle(Promise.reject(toError(error)))));
    } finally {
      underWay -= 1;
    }
    if (waiting.length > 0 && underWay === 0) void leave();
  };

  const gather = async (): Promise<void> => {
    if (gathering) return;
    gathering = true;
    await sleep(gatherMilliseconds);
    gathering = false;
    if (underWay === 0) void leave();
  };

  return {
    join(request, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer | Refusal>();
      const giveUp = (): void => {
        waiting = waiting.filter((other) => other !== one);
        reject(toError(signal.reason));
      };
      const one: Waiting = {
        request,
        signal,
        settle: async (outcome) => {
          signal.removeEventListener('abort', giveUp);
          await outcome.then(resolve, reject);
        },
      };
      if (signal.aborted) giveUp();
      else {
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(one);
        if (waiting.length >= limits().maxOperations) void leave();
        else void gather();
      }
      return promise;
    },
  };
}

/** As many from the front as fit into one request; one in any case. */
function takeFitting(waiting: readonly Waiting[], { maxOperations, maxBytes }: BulkDialect): Waiting[] {
  const taken: Waiting[] = [];
  const changed = new Set<string>();
  let bytes = shellBytes;
  for (const one of waiting) {
    if (taken.length >= maxOperations) break;
    const { method, path } = one.request;
    if (method !== 'POST' && changed.has(path)) continue;
    const size = Buffer.byteLength(writeJson(bulkOperation(one.request, 'd99999'))) + 1;
    if (taken.length > 0 && bytes + size > maxBytes) break;
    taken.push(one);
    changed.add(path);
    bytes += size;
  }
  return taken;
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
