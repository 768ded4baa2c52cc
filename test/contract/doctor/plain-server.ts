import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export type Json = Record<string, unknown>;
type Type = 'Users' | 'Groups';

export interface Said {
  readonly status: number;
  readonly body?: Json;
}

export interface Asked {
  readonly method: string;
  readonly type: Type;
  readonly id: string | undefined;
  readonly body: Json;
  readonly store: Record<Type, Map<string, Json>>;
  /** What a good server would do and say. */
  readonly proceed: () => Said;
}

/** How one server is different: undefined lets the good answer pass. */
export type Quirk = (asked: Asked) => Said | undefined;

export interface PlainServer {
  readonly url: string;
  readonly store: Record<Type, Map<string, Json>>;
}

const urn = 'urn:ietf:params:scim:schemas:core:2.0:';

/**
 * A small server that takes nearly anything: written for what one server does wrong. Beside the strict one, which cannot
 * break its own rules.
 */
export async function startPlainServer(
  context: TestContext,
  quirk: Quirk,
  idOf?: (type: Type, body: Json, store: PlainServer['store']) => string,
): Promise<PlainServer> {
  const store = { Users: new Map<string, Json>(), Groups: new Map<string, Json>() };
  let drawn = 0;
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/scim+json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  const answer = async (request: IncomingMessage): Promise<Said> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, type, id] = /^\/(Users|Groups)(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (type !== 'Users' && type !== 'Groups') return wrong(404, 'no such path');
    const body = JSON.parse((await textOf(request)) || '{}') as Json;
    const own = id === undefined ? undefined : decodeURIComponent(id);
    const asked: Asked = {
      method: request.method ?? 'GET',
      type,
      id: own,
      body,
      store,
      proceed: () => (own === undefined ? collection(asked, url) : single(asked, own)),
    };
    return quirk(asked) ?? asked.proceed();
  };
  const collection = ({ method, type, body }: Asked, url: URL): Said => {
    const all = store[type];
    if (method === 'POST') {
      const key = type === 'Users' ? 'userName' : 'displayName';
      if ([...all.values()].some((one) => one[key] === body[key])) return wrong(409, 'taken');
      drawn += 1;
      const id = idOf?.(type, body, store) ?? `00000000-0000-4000-8000-${String(drawn).padStart(12, '0')}`;
      const made = { ...body, id, meta: { created: new Date().toISOString() } };
      all.set(id, made);
      return { status: 201, body: made };
    }
    const [, name = '', value = '""'] =
      /^(\w+) eq ("(?:[^"\\]|\\.)*")$/.exec(url.searchParams.get('filter') ?? '') ?? [];
    const rows = [...all.values()].filter(
      (one) => name === '' || String(one[name]).toLowerCase() === String(JSON.parse(value)).toLowerCase(),
    );
    const from = Number(url.searchParams.get('startIndex') ?? 1) - 1;
    const page = rows.slice(from, from + Number(url.searchParams.get('count') ?? 100));
    return {
      status: 200,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: rows.length,
        Resources: page,
      },
    };
  };
  const single = ({ method, type, body }: Asked, id: string): Said => {
    const held = store[type].get(id);
    if (held === undefined) return wrong(404, 'there is none');
    if (method === 'DELETE') {
      store[type].delete(id);
      for (const group of store.Groups.values())
        group['members'] = membersOf(group)
          .filter((one) => one !== id)
          .map((value) => ({ value }));
      return { status: 204 };
    }
    if (method === 'PUT') store[type].set(id, { ...body, id, meta: held['meta'] });
    if (method === 'PATCH') for (const operation of body['Operations'] as Json[]) apply(held, operation);
    return { status: 200, body: store[type].get(id) ?? {} };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, store };
}

export function wrong(status: number, detail: string): Said {
  return { status, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail } };
}

export function membersOf(group: Json): unknown[] {
  return Array.isArray(group['members']) ? (group['members'] as Json[]).map(({ value }) => value) : [];
}

/** Plain attributes, parts of them, members, and `[type eq "x"]`. */
function apply(held: Json, { op, path, value }: Json): void {
  if (typeof path !== 'string') {
    for (const [name, one] of Object.entries(value as Json)) apply(held, { op, path: name, value: one });
    return;
  }
  const [, urnOf, rest = path] = /^(urn:[^[]*:User):(.+)$/.exec(path) ?? [];
  if (urnOf !== undefined && urnOf !== `${urn}User`) {
    const extension = (held[urnOf] ??= {}) as Json;
    apply(extension, { op, path: rest, value });
    return;
  }
  const [, list, attribute, wanted, , sub] = /^(\w+)\[(\w+) eq "([^"]*)"\](\.(\w+))?$/.exec(rest) ?? [];
  if (list !== undefined && attribute !== undefined) {
    const elements = (held[list] ?? []) as Json[];
    if (sub === undefined) held[list] = elements.filter((one) => one[attribute] !== wanted);
    else for (const one of elements.filter((each) => each[attribute] === wanted)) set(one, sub, op, value);
    return;
  }
  const [name = '', part] = rest.split('.');
  if (name === 'members' && op === 'add') {
    const values = [...new Set([...membersOf(held), ...(value as Json[]).map((one) => one['value'])])];
    held['members'] = values.map((one) => ({ value: one }));
  } else if (part !== undefined) set((held[name] ??= {}) as Json, part, op, value);
  else if (op === 'add' && Array.isArray(value) && Array.isArray(held[name]))
    held[name] = [...(held[name] as unknown[]), ...(value as unknown[])];
  else if (typeof value === 'object' && value !== null && !Array.isArray(value))
    held[name] = { ...(held[name] as object | undefined), ...value };
  else set(held, name, op, value);
}

function set(held: Json, name: string, op: unknown, value: unknown): void {
  if (op === 'remove') Reflect.deleteProperty(held, name);
  else held[name] = value;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  return text;
}
