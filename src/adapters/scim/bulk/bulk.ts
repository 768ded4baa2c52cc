import type { TargetDialect } from '../dialect/target-dialect.ts';
import { bulkBody, bulkOperation, bulkOutcomes } from './bulk-message.ts';
import { createBulkQueue, type Waiting } from './bulk-queue.ts';
import { isRefusal, type Answer, type Exchange, type Refusal } from '../shared/message.ts';
import { listAnswer } from '../shared/bounds.ts';
import { isTooMuch } from '../write/send-patch.ts';

/**
 * Joins writes that are sent side by side into bulk requests (RFC 7644 §3.7), each with an outcome of its own, where
 * the dialect wants that. Whoever gets no outcome, or one that is worth another try, is sent alone, unless it may have
 * created something already: then it is `unknown`, as after any POST without an answer.
 */
export function inBulk(exchange: Exchange, targetDialect: Pick<TargetDialect, 'current' | 'learn'>): Exchange {
  const send = (waiting: readonly Waiting[]): Promise<void> => sendJoined(exchange, targetDialect, waiting);
  const queue = createBulkQueue(() => targetDialect.current().bulk, send);
  return (request, signal) => {
    const { bulk, protocol } = targetDialect.current();
    const mayJoin =
      request.method !== 'GET' && request.subject !== 'discovery' && bulk.methods.includes(request.method);
    if (!bulk.use || protocol !== '2.0' || !mayJoin || request.alone === true) return exchange(request, signal);
    return queue.join(request, signal);
  };
}

async function sendJoined(
  exchange: Exchange,
  targetDialect: Pick<TargetDialect, 'current' | 'learn'>,
  waiting: readonly Waiting[],
): Promise<void> {
  const alone = ({ request, signal, settle }: Waiting): Promise<void> => settle(exchange(request, signal));
  const [first] = waiting;
  if (first === undefined) return;
  if (waiting.length === 1 || !targetDialect.current().bulk.use) {
    await Promise.all(waiting.map(alone));
    return;
  }
  const asked = waiting.map(({ request }, index) => ({ request, bulkId: `d${index + 1}` }));
  const body = bulkBody(
    asked.map(({ request, bulkId }) => bulkOperation(request, bulkId)),
    targetDialect.current().bulk,
  );
  const answer = await exchange(
    { method: 'POST', path: '/Bulk', body, subject: 'bulk', maxBytes: listAnswer },
    endOfAll(waiting),
  );
  if (isRefusal(answer)) {
    await refused(answer);
    return;
  }
  const outcomes =
    answer.body === undefined
      ? waiting.map(() => promised(answer))
      : bulkOutcomes(answer.body, asked, answer.secrets ?? []);
  await Promise.all(waiting.map((one, index) => settleOne(one, outcomes[index])));

  async function settleOne(one: Waiting, outcome: Answer | Refusal | undefined): Promise<void> {
    const isPost = one.request.method === 'POST';
    if (outcome === undefined) return isPost ? one.settle(Promise.resolve(lost)) : alone(one);
    const again = isRefusal(outcome) && (outcome.class === 'transient' || outcome.class === 'throttled');
    return again
      ? alone(one)
      : one.settle(Promise.resolve(isRefusal(outcome) ? outcome : { ...outcome, joined: true }));
  }

  async function refused(refusal: Refusal): Promise<void> {
    const half = Math.ceil(waiting.length / 2);
    if (isTooSlow(refusal))
      targetDialect.learn('bulk.maxOperations', half, 'a bulk request with more operations was not answered in time');
    if (isTooMuch(refusal)) {
      targetDialect.learn('bulk.maxOperations', half, 'more operations in one bulk request were refused');
      await sendJoined(exchange, targetDialect, waiting.slice(0, half));
      await sendJoined(exchange, targetDialect, waiting.slice(half));
    } else if (refusal.class === 'unsupported' || refusal.status === 404) {
      targetDialect.learn('bulk.use', false, `/Bulk was answered with ${refusal.status ?? 'nothing'}`);
      await Promise.all(waiting.map(alone));
    } else if (refusal.class === 'rejected' || refusal.class === 'conflict') {
      await Promise.all(waiting.map(alone)); // nothing of it was done
    } else {
      await Promise.all(
        waiting.map((one) =>
          refusal.class === 'unknown' && one.request.method !== 'POST'
            ? alone(one)
            : one.settle(Promise.resolve(refusal)),
        ),
      );
    }
  }
}

/** What did not come in time with so many would not come in time again. */
function isTooSlow({ class: failureClass, status, detail }: Refusal): boolean {
  return failureClass === 'unknown' && (status === 504 || detail.startsWith('no complete answer'));
}

/** 202 without outcomes, as Entra answers: each of them is promised. */
function promised({ status }: Answer): Answer | undefined {
  return status === 202 ? { status, etag: undefined, body: undefined } : undefined;
}

const lost: Refusal = { class: 'unknown', detail: 'the answer to a bulk request says nothing about this operation' };

/** Aborted when nobody wants the answer any more. */
function endOfAll(waiting: readonly Waiting[]): AbortSignal {
  const signals = new Set(waiting.map(({ signal }) => signal));
  const [only] = signals;
  if (signals.size === 1 && only !== undefined) return only;
  const controller = new AbortController();
  for (const signal of signals) {
    signal.addEventListener(
      'abort',
      () => {
        if ([...signals].every(({ aborted }) => aborted)) controller.abort(signal.reason);
      },
      { once: true },
    );
  }
  return controller.signal;
}
