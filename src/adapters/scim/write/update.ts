import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Acknowledged, ScimChange } from '../../../ports/scim-target.ts';
import { alone, bulkTold, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { believeUpdate } from './believe-update.ts';
import { insistAfterRefusal, putOffIfKnown } from './insist-on-active.ts';
import { patchChanges } from './patch-changes.ts';
import { patchRequests } from './patch.ts';
import { putChanges } from './put.ts';
import { done, sendPatches, together } from './send-patch.ts';
import { unlessThere } from './unless-there.ts';
import { toWire, type WireChange } from './wire-change.ts';

/**
 * Changes exactly these attributes, by what the target takes: PATCH, or PUT of everything. What is not said in its
 * dialect (`patch.clear: skip`) is left out.
 *
 * @param known what was acknowledged: the members of a group for a PUT, and our externalId to know the answer by
 */
export async function updateResource(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly ScimChange[],
  known: Acknowledged,
): Promise<Answer | Refusal> {
  const { patch, values } = conversation.targetDialect.current();
  const wire = changes
    .map((change) => toWire(change, values))
    .filter(({ value }) => value !== undefined || patch.clear !== 'skip');
  if (wire.length === 0) return done;
  const ends = wire.some(({ path, value }) => path.text === 'active' && value === false);
  // The end of an access is not left to a number in a bulk request, before that was seen to mean something.
  const talk = ends && !conversation.targetDialect.evidence.has(bulkTold) ? alone(conversation) : conversation;
  const put = ends && wire.length === 1 ? await putOffIfKnown(talk, type, id) : undefined;
  const sent = put ?? (await sendChanges(talk, type, id, wire, known));
  const answer = ends && wire.length === 1 && isRefusal(sent) ? await insistAfterRefusal(talk, type, id, sent) : sent;
  return isRefusal(answer) || answer === done || answer === withoutOurs
    ? answer
    : believeUpdate(talk, type, id, wire, known, answer, () => sendChanges(alone(conversation), type, id, wire, known));
}

/** Nothing is sent: the target takes no changes, and our externalId is not worth one. */
const withoutOurs: Answer = { ...done, unstored: ['externalId'] };

async function sendChanges(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  wire: readonly WireChange[],
  { members = () => Promise.resolve([]), isStrange = false }: Acknowledged,
): Promise<Answer | Refusal> {
  const dialect = conversation.targetDialect.current();
  const { update } = type === 'user' ? dialect.users : dialect.groups;
  if (update === 'patch') {
    const patch = async () =>
      unlessThere(
        conversation,
        type,
        id,
        await patchChanges(conversation, type, id, wire, { members, isStrange }),
        'unsupported',
      );
    return withFallback(conversation, type, patch, (onlyWay) => put(wire, onlyWay));
  }
  const apart = type === 'user' && dialect.users.activation === 'patch' ? wire.filter(isActivation) : [];
  const rest = wire.filter((change) => !apart.includes(change));
  // Access first: what else cannot be written must not keep it from ending.
  const answer =
    apart.length === 0
      ? done
      : await unlessThere(
          conversation,
          type,
          id,
          await sendPatches(conversation, type, id, patchRequests(apart, dialect)),
          'unsupported',
        );
  if (isRefusal(answer) || rest.length === 0) return answer;
  // Our own id is wished for, not needed: whoever was there before can be adopted without.
  if (update === 'none' && rest.every(({ path }) => path.text === 'externalId')) return withoutOurs;
  if (update === 'none') return { class: 'unsupported', detail: 'the target takes no changes of attributes' };
  const written = await put(rest, true);
  return isRefusal(written) ? written : together(answer, written);

  function put(rest: readonly WireChange[], onlyWay: boolean): Promise<Answer | Refusal> {
    return putChanges(conversation, type, id, rest, members, onlyWay);
  }
}

function isActivation({ path }: WireChange): boolean {
  return path.text === 'active';
}

/** The target took a PATCH of the type. */
export function takesPatch(type: ResourceType): string {
  return `takes PATCH of a ${type}`;
}

/**
 * PATCH, and PUT where there is no PATCH, which is learned. By type: some have it for groups only (Zoom, in effect), and
 * a group that is written whole can lose members of others.
 *
 * Where PATCH was seen to work, a 404 for what is there was a bad day: nothing follows from it, and it is tried again later.
 *
 * @param put `onlyWay`: the status says for certain that there is no PATCH
 */
export async function withFallback(
  { targetDialect }: Conversation,
  type: ResourceType,
  patch: () => Promise<Answer | Refusal>,
  put: (onlyWay: boolean) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  const answer = await patch();
  const works = takesPatch(type);
  if (!isRefusal(answer) && answer !== done) targetDialect.evidence.note(works);
  if (!isRefusal(answer) || answer.class !== 'unsupported') return answer;
  const isCertain = answer.status === 405 || answer.status === 501;
  if (!isCertain && targetDialect.evidence.has(works)) return { ...answer, class: 'transient' };
  const instead = await put(isCertain);
  if (!isRefusal(instead))
    targetDialect.learn(`${type}s.update`, 'put', `PATCH was answered with ${answer.status ?? 'nothing'}`);
  return isRefusal(instead) && instead.class === 'unsupported' && instead.status !== undefined ? answer : instead;
}
