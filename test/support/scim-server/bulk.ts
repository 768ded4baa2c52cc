import { Buffer } from 'node:buffer';
import type { Answer, Context } from './answer.ts';
import type { ScimRequestRecord } from './faults.ts';
import { isObject, refusal, violation, type Json } from './protocol.ts';

const bulkRequest = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const bulkResponse = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: Json | undefined;
}

/** Many requests in one (RFC 7644 §3.7). Each is carried out as if it had come alone. */
export function answerBulk(context: Context, request: ScimRequestRecord): Answer {
  const { bulk } = context.behaviour();
  if (request.method !== 'POST') throw refusal(405, 'bulk requests are posted');
  const body = request.body ?? {};
  const { schemas, failOnErrors, [bulk.operationsKey]: operations, ...rest } = body;
  if (!Array.isArray(schemas) || !schemas.includes(bulkRequest))
    throw violation(`schemas does not contain ${bulkRequest}`, 'invalidSyntax');
  if (!Array.isArray(operations) || !operations.every(isObject))
    throw violation(`no ${bulk.operationsKey}`, 'invalidSyntax');
  if (Object.keys(rest).length > 0)
    throw violation(`unknown members of a bulk request: ${Object.keys(rest).join(', ')}`, 'invalidSyntax');
  if (bulk.failOnErrorsRequired && failOnErrors === undefined)
    throw refusal(400, 'failOnErrors is needed', 'invalidSyntax');
  if (operations.length > bulk.maxOperations) throw refusal(413, `at most ${bulk.maxOperations} operations`, 'tooMany');
  if (Buffer.byteLength(JSON.stringify(body)) > bulk.maxPayloadSize)
    throw refusal(413, `at most ${bulk.maxPayloadSize} bytes`, 'tooMany');
  const asked = operations.map((operation) => read(operation, bulk.methods));
  const outcomes = carryOut(context, request, asked, typeof failOnErrors === 'number' ? failOnErrors : Infinity);
  if (bulk.answer === 'asynchronous') return { status: 202 };
  const list = bulk.order === 'reversed' ? outcomes.toReversed() : outcomes;
  return { status: 200, body: { schemas: [bulkResponse], [bulk.operationsKey]: list } };
}

function read(operation: Json, methods: readonly string[]): Asked {
  const { method, path, bulkId, version, data, ...rest } = operation;
  if (Object.keys(rest).length > 0)
    throw violation(`unknown members of a bulk operation: ${Object.keys(rest).join(', ')}`, 'invalidSyntax');
  if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/'))
    throw violation('a bulk operation needs method and path', 'invalidSyntax');
  if (!methods.includes(method)) throw refusal(400, `${method} is not for bulk requests`, 'invalidSyntax');
  if (method === 'POST' && typeof bulkId !== 'string')
    throw violation('a POST in bulk needs a bulkId', 'invalidSyntax');
  return {
    method,
    path,
    bulkId: typeof bulkId === 'string' ? bulkId : undefined,
    version: typeof version === 'string' ? version : undefined,
    data: isObject(data) ? data : undefined,
  };
}

/** Operations that refer to what is not there yet wait for it; who waits in vain gets 409. */
function carryOut(context: Context, request: ScimRequestRecord, asked: readonly Asked[], failOnErrors: number): Json[] {
  const ids = new Map<string, string>();
  const outcomes: Json[] = [];
  let errors = 0;
  let waiting = [...asked];
  while (waiting.length > 0 && errors < failOnErrors) {
    const ready = waiting.filter((one) => referencesIn(one).every((id) => ids.has(id)));
    const round = ready.length > 0 ? ready.slice(0, 1) : waiting.slice(0, 1);
    waiting = waiting.filter((one) => !round.includes(one));
    for (const one of round) {
      const isIdle = context.behaviour().bulk.idle.includes(one.method);
      const answer: Answer = isIdle
        ? { status: 200 }
        : ready.length > 0
          ? context.inner(innerRequest(request, resolve(one, ids)))
          : { status: 409, body: { detail: 'a bulkId refers to nothing' } };
      if (answer.status >= 400) errors += 1;
      else if (one.bulkId !== undefined && isObject(answer.body)) ids.set(one.bulkId, String(answer.body['id']));
      outcomes.push(outcome(context, one, answer));
    }
  }
  return outcomes;
}

function referencesIn({ path, data }: Asked): string[] {
  return [...`${path} ${JSON.stringify(data ?? null)}`.matchAll(/bulkId:([^"/\s\]\\]+)/g)].map(
    (match) => match[1] ?? '',
  );
}

function resolve(asked: Asked, ids: ReadonlyMap<string, string>): Asked {
  const replace = (text: string): string =>
    text.replace(/bulkId:([^"/\s\]\\]+)/g, (whole, id: string) => ids.get(id) ?? whole);
  const data: unknown = asked.data === undefined ? undefined : JSON.parse(replace(JSON.stringify(asked.data)));
  return { ...asked, path: replace(asked.path), data: isObject(data) ? data : undefined };
}

function innerRequest(outer: ScimRequestRecord, { method, path, version, data }: Asked): ScimRequestRecord {
  const headers = { ...outer.headers, 'if-match': version };
  return { ...outer, method, path, headers, body: data };
}

function outcome(context: Context, { method, bulkId, path }: Asked, answer: Answer): Json {
  const { bulk } = context.behaviour();
  const status =
    bulk.status === 'object'
      ? { code: String(answer.status) }
      : bulk.status === 'number'
        ? answer.status
        : String(answer.status);
  const location = answer.location ?? (method === 'POST' ? undefined : `${context.baseUrl()}${path}`);
  return {
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(answer.version === undefined ? {} : { version: answer.version }),
    ...(location === undefined ? {} : { location }),
    ...(answer.status >= 400 ? { response: answer.body } : {}),
    status,
  };
}
