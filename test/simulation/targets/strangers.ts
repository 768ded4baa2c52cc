import type { FakeSource } from '../../support/fake-source.ts';
import type { Behaviour, ScimService } from '../../support/scim-server/index.ts';
import { behaviourOf } from '../../support/scim-server/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** What somebody else has on the server, by id. */
export interface Strangers {
  readonly untouched: ReadonlyMap<string, Json>;
  /** Accounts of people in the directory, made by hand. */
  readonly byHand: ReadonlySet<string>;
  /** Somebody of them, to be put into groups of ours. */
  readonly someone: string;
}

/**
 * Before anybody comes: two accounts and a group of others, and two accounts that are those of people in the directory,
 * made by hand.
 */
export async function furnish(server: ScimService, nature: Behaviour, source: FakeSource): Promise<Strangers> {
  const someone = await send(server, 'POST', 'User', '', { userName: 'stranger', title: 'Guest', active: true });
  await send(server, 'POST', 'User', '', { userName: 'other.stranger', active: false });
  await send(server, 'POST', 'Group', '', { displayName: 'Club', members: [{ value: someone }] });
  const untouched = new Map([...server.users(), ...server.groups()].map((body) => [String(body['id']), body]));
  const byHand = new Set<string>();
  for (const userName of ['p27', 'p28']) byHand.add(await send(server, 'POST', 'User', '', madeByHand(userName)));
  if (!nature.groups.create)
    await send(server, 'POST', 'Group', '', { displayName: source.entry('g1')?.attributes.get('cn')?.[0] });
  return { untouched, byHand, someone };
}

function madeByHand(userName: string): Json {
  const emails = [{ value: `${userName}@corp.example`, type: 'work', primary: true }];
  return {
    userName,
    displayName: 'Made by hand',
    name: { givenName: 'By', familyName: 'Hand' },
    emails,
    title: 'Guest',
    active: true,
  };
}

/** Somebody else puts a stranger into a group of ours. */
export async function joinStranger(
  server: ScimService,
  nature: Behaviour,
  group: string,
  someone: string,
): Promise<void> {
  server.setBehaviour({ http: { basePath: nature.http.basePath } });
  await send(server, 'PATCH', 'Group', `/${encodeURIComponent(group)}`, {
    Operations: [{ op: 'add', path: 'members', value: [{ value: someone }] }],
  });
  server.setBehaviour(behaviourOf(nature));
}

async function send(
  server: ScimService,
  method: 'POST' | 'PATCH',
  kind: 'User' | 'Group',
  path: string,
  body: Json,
): Promise<string> {
  const schema =
    method === 'PATCH'
      ? 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
      : `urn:ietf:params:scim:schemas:core:2.0:${kind}`;
  const outcome = await server.receive({
    method,
    url: new URL(`${server.url}/${kind}s${path}`).pathname,
    headers: { 'content-type': 'application/scim+json' },
    text: JSON.stringify({ schemas: [schema], ...body }),
  });
  const text = outcome.kind === 'answer' ? outcome.bytes.toString() : '{}';
  const answer: unknown = JSON.parse(text);
  if (typeof answer === 'object' && answer !== null && 'id' in answer) return String(answer.id);
  throw new Error(`the server refused ${JSON.stringify(body)}: ${text}`);
}
