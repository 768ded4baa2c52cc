import { isBody } from '../../../src/adapters/scim/message.ts';
import type { Fault, ScimRequestRecord } from '../../support/scim-server/index.ts';

/** A request that a server answers as if it had done it, or with something else than what it did, for as long as it is so. */
type Lie = (request: ScimRequestRecord) => Fault | undefined;

const answer = (status: number, body?: Extract<Fault, { kind: 'answer' }>['body']): Fault => ({ kind: 'answer', status, ...(body === undefined ? {} : { body }) });

/** A server says it of every such request, and not only of some: whoever looks at the first ones finds out. */
const lies: Readonly<Record<string, Lie>> = {
  'switches nobody off: 204': (request) => (endsAccess(request) ? answer(204) : undefined),
  'switches nobody off: {"status":"ok"}': (request) => (endsAccess(request) ? answer(200, { status: 'ok' }) : undefined),
  'switches nobody off: {"status":"error"}': (request) => (endsAccess(request) ? answer(200, { status: 'error', message: 'no' }) : undefined),
  'switches nobody off: {}': (request) => (endsAccess(request) ? answer(200, {}) : undefined),
  'deletes nobody: 204': ({ method }) => (method === 'DELETE' ? answer(204) : undefined),
  'deletes nobody: 500': ({ method }) => (method === 'DELETE' ? answer(500) : undefined),
};

export function lieNames(): string[] {
  return Object.keys(lies);
}

/** @returns undefined where the server says the truth */
export function lieTo(names: readonly string[], request: ScimRequestRecord): Fault | undefined {
  for (const name of names) {
    const lie = lies[name];
    if (lie === undefined) throw new RangeError(`no lie ${name}`);
    const fault = lie(request);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function endsAccess({ method, path, body }: ScimRequestRecord): boolean {
  if (!path.startsWith('/Users/') || body === undefined) return false;
  if (method === 'PUT') return body['active'] === false;
  const operations: unknown = body['Operations'];
  return method === 'PATCH' && Array.isArray(operations) && operations.some((one: unknown) => isBody(one) && saysInactive(one));
}

/** In any of the forms in which it can be said. */
function saysInactive({ path, value }: Readonly<Record<string, unknown>>): boolean {
  const said: unknown = path === 'active' ? value : isBody(value) ? value['active'] : undefined;
  return said === false || (typeof said === 'string' && said.toLowerCase() === 'false');
}
