import { isBody } from '../../../src/adapters/scim/shared/message.ts';
import type {
  Behaviour,
  Fault,
  PartialBehaviour,
  ScimRequestRecord,
  ScimService,
} from '../../support/scim-server/index.ts';
import type { Random } from '../random.ts';

/** A request that a server answers as if it had done it, or with something else than what it did, for as long as it is so. */
type Lie = (request: ScimRequestRecord, server: ScimService, random: Random) => Fault | undefined;

const answer = (status: number, body?: Extract<Fault, { kind: 'answer' }>['body']): Fault => ({
  kind: 'answer',
  status,
  ...(body === undefined ? {} : { body }),
});
const notFound = answer(404, {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '404',
  detail: 'there is none',
});

/** A server says it of every such request, and not only of some: whoever looks at the first ones finds out. */
const lies: Readonly<Record<string, Lie>> = {
  'switches nobody off: 204': (request) => (endsAccess(request) ? answer(204) : undefined),
  'switches nobody off: {"status":"ok"}': (request) =>
    endsAccess(request) ? answer(200, { status: 'ok' }) : undefined,
  'switches nobody off: {"status":"error"}': (request) =>
    endsAccess(request) ? answer(200, { status: 'error', message: 'no' }) : undefined,
  'switches nobody off: {}': (request) => (endsAccess(request) ? answer(200, {}) : undefined),
  'deletes nobody: 204': ({ method }) => (method === 'DELETE' ? answer(204) : undefined),
  'deletes nobody: 500': ({ method }) => (method === 'DELETE' ? answer(500) : undefined),
  'answers creations with somebody else': ({ method, path }, server, random) => {
    if (method !== 'POST' || !/^\/(?:Users|Groups)$/.test(path) || !random.chance(0.3)) return undefined;
    const ours = (path === '/Users' ? server.users() : server.groups()).filter(
      (one) => typeof one['externalId'] === 'string',
    );
    return ours.length === 0 ? undefined : answer(random.pick([200, 201]), random.pick(ours));
  },
  'knows nobody for a while': ({ number, path }) =>
    number % 200 > 120 && /^\/(?:Users|Groups)\/[^/]+$/.test(path) ? notFound : undefined,
};

/** Where `active` is never shown, nobody can know that somebody was not switched off. */
export function canBeFoundOut(name: string, { users }: Behaviour): boolean {
  return !(name.startsWith('switches nobody off') && users.hides.includes('active'));
}

/** Where members are never shown, nobody can know that a change of the name lost them. */
export function isToBeSeen({ groups }: PartialBehaviour, { members }: Behaviour): boolean {
  return !(groups?.rename === 'loses-members' && members.shown === 'never');
}

export function lieNames(): string[] {
  return Object.keys(lies);
}

/** @returns undefined where the server says the truth */
export function lieTo(
  names: readonly string[],
  request: ScimRequestRecord,
  server: ScimService,
  random: Random,
): Fault | undefined {
  for (const name of names) {
    const lie = lies[name];
    if (lie === undefined) throw new RangeError(`no lie ${name}`);
    const fault = lie(request, server, random);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function endsAccess({ method, path, body }: ScimRequestRecord): boolean {
  if (!path.startsWith('/Users/') || body === undefined) return false;
  if (method === 'PUT') return body['active'] === false;
  const operations: unknown = body['Operations'];
  return (
    method === 'PATCH' &&
    Array.isArray(operations) &&
    operations.some((one: unknown) => isBody(one) && saysInactive(one))
  );
}

/** In any of the forms in which it can be said. */
function saysInactive({ path, value }: Readonly<Record<string, unknown>>): boolean {
  const said: unknown = path === 'active' ? value : isBody(value) ? value['active'] : undefined;
  return said === false || (typeof said === 'string' && said.toLowerCase() === 'false');
}
