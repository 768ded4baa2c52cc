import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import type { Acknowledged } from '../../../ports/scim-target.ts';
import { alone, type Conversation } from '../dialect/conversation.ts';
import { failed, isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { readOrGone, unlessRefusedAsGone } from '../read/gone.ts';
import { foundResource, maxBytes, resourcePath } from '../answers/resource.ts';
import { confirmWrite, type Promised } from './accepted.ts';
import { writeOnDemand } from './read-and-write.ts';
import { shownToNobody, tellsNothing, unread } from './unless-there.ts';

type Known = Pick<Acknowledged, 'showsOthers' | 'active'>;

/**
 * DELETE (RFC 7644 §3.6). A 404 may be about the route as well, so that it is looked whether it is there: an account that
 * is forgotten here keeps its access there.
 */
export async function removeResource(
  talk: Conversation & Promised,
  type: ResourceType,
  id: TargetId,
  known: Known,
): Promise<Outcome> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return failed(path);
  const answer = await writeOnDemand(talk, type, id, (condition) =>
    talk.exchange({ method: 'DELETE', path, subject: 'resource', maxBytes: maxBytes(type), ...condition }, talk.signal),
  );
  const confirmed = await unlessRefusedAsGone(
    talk,
    type,
    id,
    await confirmWrite(answer, talk, type, id, (held) => held === undefined),
    true,
  );
  if (!isRefusal(confirmed) && confirmed.unverified === true) return failed(unseen);
  if (!isRefusal(confirmed))
    return confirmed.status === 202 || confirmed !== answer
      ? { kind: 'applied', id }
      : lookBack(talk, type, id, known, confirmed);
  return confirmed.class === 'gone' ? lookFor(talk, type, id, known) : failed(confirmed);
}

const unseen: Refusal = {
  class: 'rejected',
  status: 202,
  detail: 'DELETE was accepted, and the target refuses to show whether it was done',
};

/** Deletions that are looked at before a target's word is taken, and how many there are to one that is looked at then. */
const firstDeletions = 3;
const sampledDeletions = 25;

/** A target that says so and does nothing leaves an account with access that nobody here knows of any more. */
async function lookBack(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  known: Known,
  { status, joined }: Answer,
): Promise<Outcome> {
  const { targetDialect } = conversation;
  const form = `deletion of a ${type}${joined === true ? ', in bulk' : ''}`;
  if (!(await targetDialect.evidence.isToBeLookedAt(form, firstDeletions, sampledDeletions)))
    return { kind: 'applied', id };
  let found: boolean | undefined;
  try {
    // First the others: a target that showed nobody when it was asked for this one may have come back since.
    const showsOthers = await known.showsOthers?.();
    const held = await readOrGone(conversation, type, id, 'members');
    if (isRefusal(held) && held.class !== 'gone' && held.class !== 'unsupported')
      return failed({ ...held, class: 'transient' });
    if (isRefusal(held) && showsOthers === false) return failed(shownToNobody(held));
    found = isRefusal(held) || wasSwitchedOff(conversation, type, known, held);
  } finally {
    targetDialect.evidence.looked(form, firstDeletions, found);
  }
  return found || (joined === true && (await removedAlone(conversation, type, id)))
    ? { kind: 'applied', id }
    : failed({ class: 'rejected', status, detail: stillThere(status, known) });
}

/** The deletion once more, in a request of its own: some answer 200 to each operation of a bulk request, and carry out none. */
async function removedAlone(conversation: Conversation, type: ResourceType, id: TargetId): Promise<boolean> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return false;
  const { exchange, signal } = alone(conversation);
  const answer = await exchange({ method: 'DELETE', path, subject: 'resource', maxBytes: maxBytes(type) }, signal);
  const held = isRefusal(answer) ? undefined : await readOrGone(conversation, type, id, 'members');
  if (held === undefined || !isRefusal(held) || held.class !== 'gone') return false;
  conversation.targetDialect.learn(
    'bulk.use',
    false,
    'deletions in a bulk request were answered as if they were done, and were not',
  );
  return true;
}

/**
 * Some only switch off whom they were asked to delete (Slack, Atlassian). An inactive account that was active before shows
 * that; one that was inactive already shows nothing, unless the target is known to be like that.
 */
function wasSwitchedOff(
  { targetDialect }: Conversation,
  type: ResourceType,
  { active }: Known,
  { body }: Answer,
): boolean {
  if (type !== 'user' || foundResource(body)?.active !== false) return false;
  if (active === true) targetDialect.evidence.note(switchesOff);
  return (
    active !== false ||
    targetDialect.current().users.deletion === 'deactivates' ||
    targetDialect.evidence.has(switchesOff)
  );
}
const switchesOff = 'DELETE of a user switches it off';

function stillThere(status: number | undefined, { active }: Known): string {
  const said = `DELETE was answered with ${status ?? 'nothing'}, and it is still there`;
  return active === false
    ? `${said}, switched off as before; if this target never does more, set users.deletion: deactivates under its profile`
    : said;
}

/** A 404 may be about the route. */
async function lookFor(conversation: Conversation, type: ResourceType, id: TargetId, known: Known): Promise<Outcome> {
  const held = await readOrGone(conversation, type, id, 'members');
  if (isRefusal(held))
    return failed(tellsNothing(held) ? unread(held) : { class: 'gone', status: 404, detail: 'the target has none' });
  if (wasSwitchedOff(conversation, type, known, held)) return { kind: 'applied', id };
  return failed({ class: 'rejected', status: 404, detail: stillThere(404, known) });
}
