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
  const send = (waiting: readonly Waiting[]): Promise<void> => sendJoined({ exchange, targetDialect }, waiting);
  const queue = createBulkQueue(() => targetDialect.current().bulk, send);
  return (request, signal) => {
    const { bulk, protocol } = targetDialect.current();
    const mayJoin =
      request.method !== 'GET' && request.subject !== 'discovery' && bulk.methods.includes(request.method);
    if (!bulk.use || protocol !== '2.0' || !mayJoin || request.alone === true) return exchange(request, signal);
    return queue.join(request, signal);
  };
}

/** What writes are sent with, joined or alone. */
interface Sending {
  readonly exchange: Exchange;
  readonly targetDialect: Pick<TargetDialect, 'current' | 'learn'>;
}

async function sendJoined(sending: Sending, waiting: readonly Waiting[]): Promise<void> {
  const { exchange, targetDialect } = sending;
  const [first] = waiting;
  if (first === undefined) return;
  if (waiting.length === 1 || !targetDialect.current().bulk.use) {
    await Promise.all(waiting.map((one) => sendAlone(exchange, one)));
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
    await sendRefused(sending, waiting, answer);
    return;
  }
  const outcomes =
    answer.body === undefined
      ? waiting.map(() => promised(answer))
      : bulkOutcomes(answer.body, asked, answer.secrets ?? []);
  await Promise.all(waiting.map((one, index) => settleOne(exchange, one, outcomes[index])));
}

function sendAlone(exchange: Exchange, { request, signal, settle }: Waiting): Promise<void> {
  return settle(exchange(request, signal));
}

/** With the outcome that a bulk request gave it; without one, or with one that is worth another try, it is sent alone. */
function settleOne(exchange: Exchange, one: Waiting, outcome: Answer | Refusal | undefined): Promise<void> {
  const isPost = one.request.method === 'POST';
  if (outcome === undefined) return isPost ? one.settle(Promise.resolve(lost)) : sendAlone(exchange, one);
  const again = isRefusal(outcome) && (outcome.class === 'transient' || outcome.class === 'throttled');
  return again
    ? sendAlone(exchange, one)
    : one.settle(Promise.resolve(isRefusal(outcome) ? outcome : { ...outcome, joined: true }));
}

/** After the bulk request as a whole was refused: in smaller ones, alone, or with that refusal. */
async function sendRefused(sending: Sending, waiting: readonly Waiting[], refusal: Refusal): Promise<void> {
  const { exchange, targetDialect } = sending;
  const half = Math.ceil(waiting.length / 2);
  if (isTooSlow(refusal))
    targetDialect.learn('bulk.maxOperations', half, 'a bulk request with more operations was not answered in time');
  if (isTooMuch(refusal)) {
    targetDialect.learn('bulk.maxOperations', half, 'more operations in one bulk request were refused');
    await sendJoined(sending, waiting.slice(0, half));
    await sendJoined(sending, waiting.slice(half));
    return;
  }
  const isUnsupported = refusal.class === 'unsupported' || refusal.status === 404;
  if (isUnsupported) targetDialect.learn('bulk.use', false, `/Bulk was answered with ${refusal.status ?? 'nothing'}`);
  const isUndone = isUnsupported || refusal.class === 'rejected' || refusal.class === 'conflict';
  const mayRepeat = ({ request }: Waiting): boolean =>
    isUndone || (refusal.class === 'unknown' && request.method !== 'POST');
  await Promise.all(
    waiting.map((one) => (mayRepeat(one) ? sendAlone(exchange, one) : one.settle(Promise.resolve(refusal)))),
  );
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
