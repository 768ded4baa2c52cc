import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Outcome, Shown } from '../../../core/model/outcome.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { buildBody, readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { bodyForm } from './body-form.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { memberElement, type Member } from './member-requests.ts';
import { endpoints, failed, isBody, isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { idOf, lackOfId, maxBytes, versionOf } from '../answers/resource.ts';
import { unstored } from './effect.ts';
import { noteActive } from './ended.ts';
import { showsActive } from './still-active.ts';
import { storedByCreate } from './settle-stored.ts';
import { noteKeepsOurs } from './subject.ts';
import { existedBefore } from './made-when.ts';
import { showsId, whoseAccount, type Whose } from './whose-account.ts';
import { spelled, toWire, type WireChange } from './wire-change.ts';

/**
 * POST (RFC 7644 §3.3). Success is an answer with an id and nothing less: without one (empty body, 202) something may
 * exist that we cannot name. A Location header is not trusted to tell; the caller searches.
 *
 * @param members who shall be in a group from the start; the outcome says who is. A target that refuses a group with
 *   members, and takes it without, is asked for the latter from then on (Keycloak)
 * @param isNew whether an id is certainly one that the target did not have before
 */
export async function createResource(
  conversation: Conversation,
  type: ResourceType,
  attributes: ReadonlyMap<string, ScimValue>,
  members: readonly Member[],
  isNew: (id: TargetId) => boolean,
): Promise<Outcome> {
  const { exchange, targetDialect, signal } = conversation;
  const dialect = targetDialect.current();
  const body = createBody(type, attributes, dialect);
  const included = fittingMembers(body, members, dialect);
  const post = (sent: Body): Promise<Answer | Refusal> =>
    exchange(
      { method: 'POST', path: endpoints[type], body: sent, subject: 'endpoint', maxBytes: maxBytes(type) },
      signal,
    );
  const says = async (answer: Answer | Refusal, joined: readonly Member[]): Promise<Outcome> => {
    const outcome = outcomeOf(answer, joined, attributes);
    if (type === 'user' && !isRefusal(answer)) noteActive(answer.body, targetDialect);
    if (isRefusal(answer) || outcome.kind === 'failed') return outcome;
    const created = { type, id: outcome.id, sent: attributes, members: joined, isNew };
    const whose = await whoseAccount(conversation, created, answer);
    const wire = [...attributes]
      .filter(([path]) => path !== 'id')
      .map(([path, value]) => toWire({ path, change: 'set', value, had: false }, dialect.values));
    const isOurs = whose === 'named' || (whose === 'before' && existedBefore(answer) && showsId(answer, attributes));
    const named = isOurs ? { named: true as const } : {};
    if ((whose === 'others' || whose === 'unproven') && existedBefore(answer))
      return { ...outcome, ...saidOf[whose], ...asItWas(wire, answer), existed: true };
    if (whose === 'before') return { ...outcome, ...named, ...saidOf[whose], ...asItWas(wire, answer) };
    if (whose !== 'named' && whose !== 'fresh') return { ...outcome, ...saidOf[whose] };
    if (whose === 'named') noteKeepsOurs(targetDialect);
    const shown = await storedByCreate(conversation, type, outcome.id, wire, answer);
    return { ...outcome, ...named, ...(shown === undefined ? {} : { shown }) };
  };
  if (included.length === 0) return says(await post(body), []);
  const answer = await post({ ...body, members: included.map(memberElement) });
  if (!isRefusal(answer) || answer.class !== 'rejected') return says(answer, included);
  const without = await post(body);
  if (isRefusal(without) && without.class === 'rejected') return failed(answer);
  if (!isRefusal(without))
    targetDialect.learn(
      'members.onCreate',
      'after',
      `a new group with members was answered with ${answer.status ?? 400}`,
    );
  return says(without, []);
}

/** What the caller is told of an account that is not certainly the one that was to be made. */
const saidOf = {
  kept: {},
  before: { existed: true },
  others: { others: true },
  unproven: { unproven: true },
} as const satisfies Record<Exclude<Whose, 'named' | 'fresh'>, object>;

/**
 * An account that was there before may have been left as it was: what the answer shows otherwise has to be sent. An answer that
 * does not say that it was there may only repeat what was sent, and shows nothing of it.
 */
function asItWas(wire: readonly WireChange[], answer: Answer): { readonly shown?: Shown } {
  const { body } = answer;
  if (body === undefined) return {};
  const differing = new Set(unstored(body, wire));
  const isTold = existedBefore(answer);
  const lost = wire.filter((change) => differing.has(change) || (!isTold && change.path.text !== 'active'));
  return lost.length === 0 ? {} : { shown: { lost: lost.map(({ path, from }) => from ?? path.text) } };
}

/** Some make everybody active, whatever is asked for. Whether that account is ours to switch off, the caller finds out. */
function madeActive(attributes: ReadonlyMap<string, ScimValue>, { body }: Answer): { readonly active?: true } {
  return attributes.get('active') === false && showsActive(body) ? { active: true } : {};
}

function createBody(type: ResourceType, attributes: ReadonlyMap<string, ScimValue>, { values }: Dialect): Body {
  const spelt = new Map([...attributes].map(([text, value]) => [text, spelled(scimPath(text), value, values)]));
  const body = buildBody(spelt);
  delete body['id']; // given by the target (RFC 7643 §3.1)
  const empty = !values.emptyLists ? {} : type === 'user' ? { groups: [] } : { members: [] };
  return bodyForm(type, { ...empty, ...body }, values);
}

/** As many as the target takes in one request, by number and by bytes. */
function fittingMembers(body: Body, members: readonly Member[], dialect: Dialect): readonly Member[] {
  if (members.length === 0 || dialect.members.onCreate === 'after') return [];
  let bytes = Buffer.byteLength(JSON.stringify({ ...body, members: [] }));
  const first = members.slice(0, dialect.members.addPerRequest);
  const beyond = first.findIndex(
    (member) => (bytes += Buffer.byteLength(JSON.stringify(memberElement(member))) + 1) > dialect.members.maxBytes,
  );
  return beyond === -1 ? first : first.slice(0, beyond);
}

function outcomeOf(
  answer: Answer | Refusal,
  included: readonly Member[],
  attributes: ReadonlyMap<string, ScimValue>,
): Outcome {
  if (isRefusal(answer)) return failed(answer);
  const id = idOf(answer.body);
  if (id === undefined)
    return failed({
      class: 'unknown',
      status: answer.status,
      detail: `answered ${answer.status} ${lackOfId(answer.body)}`,
    });
  const members =
    included.length === 0
      ? {}
      : {
          members: takenMembers(
            answer,
            included.map((member) => member.id),
          ),
        };
  return { kind: 'applied', id, ...versionOf(answer), ...members, ...madeActive(attributes, answer) };
}

/** Where the answer shows members, those whom it shows: some targets leave out whom they don't know (WorkOS), be it all. */
function takenMembers({ body }: Answer, ids: readonly TargetId[]): readonly TargetId[] {
  const shown = body === undefined ? undefined : readScimPath(body, scimPath('members'));
  if (!Array.isArray(shown)) return ids;
  const known = new Set(
    shown.map((element: unknown) => (isBody(element) ? readScimPath(element, scimPath('value')) : element)),
  );
  return ids.filter((id) => known.has(id));
}
