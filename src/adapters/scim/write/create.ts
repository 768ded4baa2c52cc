import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { buildBody, readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { bodyForm } from './body-form.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { memberElement, type Member } from './member-requests.ts';
import { endpoints, failed, isBody, isRefusal, type Answer, type Body, type Refusal } from '../message.ts';
import { idOf, maxBytes, versionOf } from '../read/resource.ts';
import { showsActive } from './still-active.ts';
import { updateResource } from './update.ts';
import { spelled } from './wire-change.ts';

/**
 * POST (RFC 7644 §3.3). Success is an answer with an id and nothing less: without one (empty body, 202) something may
 * exist that we cannot name. A Location header is not trusted to tell; the caller searches.
 *
 * @param members who shall be in a group from the start; the outcome says who is. A target that refuses a group with
 *   members, and takes it without, is asked for the latter from then on (Keycloak)
 */
export async function createResource(
  conversation: Conversation,
  type: ResourceType,
  attributes: ReadonlyMap<string, ScimValue>,
  members: readonly Member[],
): Promise<Outcome> {
  const { exchange, book, signal } = conversation;
  const dialect = book.current();
  const body = createBody(type, attributes, dialect);
  const included = fittingMembers(body, members, dialect);
  const post = (sent: Body): Promise<Answer | Refusal> =>
    exchange({ method: 'POST', path: endpoints[type], body: sent, subject: 'endpoint', maxBytes: maxBytes(type) }, signal);
  if (included.length === 0) {
    const answer = await post(body);
    return madeActive(attributes, answer) ? switchOff(conversation, type, answer) : outcomeOf(answer, []);
  }
  const answer = await post({ ...body, members: included.map(memberElement) });
  if (!isRefusal(answer) || answer.class !== 'rejected') return outcomeOf(answer, included);
  const without = await post(body);
  if (isRefusal(without) && without.class === 'rejected') return failed(answer);
  if (!isRefusal(without)) book.learn('members.onCreate', 'after', `a new group with members was answered with ${answer.status ?? 400}`);
  return outcomeOf(without, []);
}

/** Some make everybody active, whatever is asked for. */
function madeActive(attributes: ReadonlyMap<string, ScimValue>, answer: Answer | Refusal): answer is Answer {
  return attributes.get('active') === false && !isRefusal(answer) && showsActive(answer.body);
}

/** Nobody has access who shall have none. Where that fails, the caller searches, and finds an active account. */
async function switchOff(conversation: Conversation, type: ResourceType, answer: Answer): Promise<Outcome> {
  const made = outcomeOf(answer, []);
  if (made.kind === 'failed') return made;
  const off = await updateResource(conversation, type, made.id, [{ path: 'active', change: 'set', value: false, had: true }], {});
  return isRefusal(off) ? failed({ ...off, class: 'unknown' }) : { kind: 'applied', id: made.id, ...versionOf(off) };
}

function createBody(type: ResourceType, attributes: ReadonlyMap<string, ScimValue>, { values }: Dialect): Body {
  const spelt = new Map([...attributes].map(([text, value]) => [text, spelled(scimPath(text), value, values)]));
  const body = buildBody(spelt);
  delete body['id']; // given by the target (RFC 7643 §3.1)
  return bodyForm(type, body, values);
}

/** As many as the target takes in one request, by number and by bytes. */
function fittingMembers(body: Body, members: readonly Member[], dialect: Dialect): readonly Member[] {
  if (members.length === 0 || dialect.members.onCreate === 'after') return [];
  let bytes = Buffer.byteLength(JSON.stringify({ ...body, members: [] }));
  const first = members.slice(0, dialect.members.addPerRequest);
  const beyond = first.findIndex((member) => (bytes += Buffer.byteLength(JSON.stringify(memberElement(member))) + 1) > dialect.members.maxBytes);
  return beyond === -1 ? first : first.slice(0, beyond);
}

function outcomeOf(answer: Answer | Refusal, included: readonly Member[]): Outcome {
  if (isRefusal(answer)) return failed(answer);
  const id = idOf(answer.body);
  if (id === undefined) return failed({ class: 'unknown', status: answer.status, detail: `answered ${answer.status} without an id` });
  const members = included.length === 0 ? {} : { members: takenMembers(answer, included.map((member) => member.id)) };
  return { kind: 'applied', id, ...versionOf(answer), ...members };
}

/** Where the answer shows members, those whom it shows: some targets leave out whom they don't know (WorkOS), be it all. */
function takenMembers({ body }: Answer, ids: readonly TargetId[]): readonly TargetId[] {
  const shown = body === undefined ? undefined : readScimPath(body, scimPath('members'));
  if (!Array.isArray(shown)) return ids;
  const known = new Set(shown.map((element: unknown) => (isBody(element) ? readScimPath(element, scimPath('value')) : element)));
  return ids.filter((id) => known.has(id));
}
