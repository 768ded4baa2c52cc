import type { TestContext } from 'node:test';
import {
  startScimServer,
  type Faults,
  type PartialBehaviour,
  type ScimServer,
} from '../../support/scim-server/index.ts';

export const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const group = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Said {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Headers;
}

export interface Stage {
  readonly server: ScimServer;
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Said>;
  /** Makes a user, and gives the id. */
  readonly makeUser: (userName: string, rest?: Record<string, unknown>) => Promise<string>;
  readonly makeGroup: (displayName: string, members?: readonly string[]) => Promise<string>;
}

/** A server that is like this, spoken to with plain fetch. */
export async function begin(
  context: TestContext,
  behaviour: PartialBehaviour = {},
  faults: Faults = {},
): Promise<Stage> {
  const server = await startScimServer({ behaviour, faults });
  context.after(() => server.stop());
  const ask: Stage['ask'] = async (method, path, body, headers = {}) => {
    const init =
      body === undefined
        ? { method, headers }
        : { method, headers: { 'content-type': 'application/scim+json', ...headers }, body: JSON.stringify(body) };
    const response = await fetch(server.url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      text,
      headers: response.headers,
    };
  };
  const make = async (path: string, body: unknown): Promise<string> => {
    const { status, body: made, text } = await ask('POST', path, body);
    if (status !== 201) throw new Error(`${status} ${text}`);
    return String(made['id']);
  };
  return {
    server,
    ask,
    makeUser: (userName, rest = {}) => make('/Users', { schemas: [user], userName, ...rest }),
    makeGroup: (displayName, members) =>
      make('/Groups', {
        schemas: [group],
        displayName,
        ...(members === undefined ? {} : { members: members.map((value) => ({ value })) }),
      }),
  };
}

export const patch = (...operations: unknown[]): unknown => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});
export const replace = (path: string, value: unknown): unknown => ({ op: 'replace', path, value });
export const search = (filter: string): string => `filter=${encodeURIComponent(filter)}`;

export function rowsOf({ body }: Said): readonly Record<string, unknown>[] {
  const rows = body['Resources'];
  return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
}

export function memberIds(server: ScimServer): readonly unknown[] {
  const members = server.groups()[0]?.['members'];
  return Array.isArray(members) ? (members as { value: unknown }[]).map(({ value }) => value) : [];
}
