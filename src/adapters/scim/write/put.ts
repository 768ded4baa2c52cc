import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { assign, enterpriseUser, readScimPath, scimPath, unassign } from '../../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { bodyForm } from './body-form.ts';
import { copyWithoutNull } from './copy.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { mayPause } from '../http/turns.ts';
import { isBody, isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { readAndWrite } from './read-and-write.ts';
import { maxBytes, resourcePath } from '../answers/resource.ts';
import { setMembers } from './set-members.ts';
import type { WireChange } from './wire-change.ts';

/**
 * Read, change, replace (RFC 7644 §3.5.1). The whole resource is sent, because a target may clear what is left out; or,
 * where it leaves alone what a PUT does not name, the attributes at these paths and those that it requires.
 */
export async function putResource(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  paths: readonly string[],
  change: (body: Body) => Promise<Refusal | undefined>,
): Promise<Answer | Refusal> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return path;
  const { exchange, targetDialect, signal } = conversation;
  return readAndWrite(conversation, type, id, async (held, condition) => {
    const { values, ...dialect } = targetDialect.current();
    const { update, required } = type === 'user' ? dialect.users : dialect.groups;
    const whole = await writable(type, held);
    const refusal = await change(whole);
    if (refusal !== undefined) return refusal;
    const body = update === 'put-merge' ? onlyAt(whole, held, ['id', ...required, ...paths]) : whole;
    await mayPause();
    const answer = await exchange(
      {
        method: 'PUT',
        path,
        body: bodyForm(type, body, values),
        subject: 'resource',
        maxBytes: maxBytes(type),
        ...condition,
      },
      signal,
    );
    // It was read just now: a 404 is about something else, such as a manager or a member.
    return isRefusal(answer) && answer.class === 'gone' ? { ...answer, class: 'rejected' } : answer;
  });
}

/**
 * A copy without what only the target says: `meta` (RFC 7643 §3.1), the groups of a user (§4.1.2) and the name of a manager
 * (§4.3); and without null. The id stays, though it is read-only: Okta sends it (developer.okta.com, SCIM 2.0, "Update a specific user: PUT"), those who look for it compare it, and everybody else has
 * to ignore it (RFC 7644 §3.5.1).
 */
async function writable(type: ResourceType, held: Body): Promise<Body> {
  const body = await copyWithoutNull(held);
  delete body['meta'];
  if (type === 'user') for (const path of readOnly) unassign(body, path);
  return body;
}

const readOnly = ['groups', `${enterpriseUser}:manager.displayName`].map(scimPath);

/**
 * PUT with exactly these changes.
 *
 * @param onlyWay the target is known to take no PATCH of this type
 */
export function putChanges(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  members: () => Promise<readonly TargetId[]>,
  onlyWay: boolean,
): Promise<Answer | Refusal> {
  const paths = changes.map(({ path }) => path.text);
  return putResource(conversation, type, id, paths, async (body) => {
    mergeChanges(body, changes);
    return type === 'group' ? setMembers(body, { add: [], remove: [], current: members }, onlyWay) : undefined;
  });
}

/** What a body says at some paths, each with the whole attribute that it is in; null where nothing is left of one. */
function onlyAt(body: Body, held: Body, texts: readonly string[]): Body {
  const part: Body = { schemas: body['schemas'] };
  for (const text of texts) {
    const path = { ...scimPath(text), filter: undefined, sub: undefined };
    const value = readScimPath(body, path);
    if (value !== undefined)
      assign(part, path, value as ScimValue); // JSON, as it came or as it is sent
    else if (readScimPath(held, path) !== undefined) assign(part, path, null as unknown as ScimValue);
  }
  return part;
}

/** Writes changes into a body, in place. */
export function mergeChanges(body: Body, changes: readonly WireChange[]): void {
  for (const change of changes) {
    const { path, value } = change;
    if (value === undefined) {
      unassign(body, path);
      continue;
    }
    dropText(body, change);
    assign(body, path, value);
  }
  dropEmpty(body);
}

/**
 * A list that shows its elements as nothing but texts (WSO2) may show the very one that is set, which would be there twice: it
 * has the value, or it is the only one, and we had one there.
 */
function dropText(body: Body, { path, value, had }: WireChange): void {
  if (path.filter === undefined || (path.sub ?? 'value') !== 'value') return;
  const list = readScimPath(body, { ...path, filter: undefined, sub: undefined });
  if (!Array.isArray(list)) return;
  const isOnly = had && list.length === 1 && typeof list[0] === 'string';
  const at = isOnly ? 0 : list.findIndex((one: unknown) => typeof one === 'string' && one === value);
  if (at !== -1) list.splice(at, 1);
}

/** An object or extension without anything in it has no value (RFC 7643 §2.5), and is left out like any other. */
function dropEmpty(body: Body): void {
  for (const [key, value] of Object.entries(body)) {
    if (!isBody(value)) continue;
    dropEmpty(value);
    if (Object.keys(value).length === 0) Reflect.deleteProperty(body, key);
  }
}
