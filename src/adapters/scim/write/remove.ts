import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { failed, isRefusal } from '../message.ts';
import { unlessGone } from '../read/gone.ts';
import { foundResource, maxBytes, readResource, resourcePath } from '../read/resource.ts';
import { confirmWrite, type Promised } from './accepted.ts';
import { believeRemoval } from './believe-removal.ts';
import { writeOnDemand } from './read-and-write.ts';
import { tellsNothing } from './unless-there.ts';

/**
 * DELETE (RFC 7644 §3.6). A 404 may be about the route as well, so that it is looked whether it is there: an account that
 * is forgotten here keeps its access there.
 */
export async function removeResource(talk: Conversation & Promised, type: ResourceType, id: TargetId): Promise<Outcome> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return failed(path);
  const answer = await writeOnDemand(talk, type, id, (condition) =>
    talk.exchange({ method: 'DELETE', path, subject: 'resource', maxBytes: maxBytes(type), ...condition }, talk.signal),
  );
  const confirmed = await unlessGone(talk, type, id, await confirmWrite(answer, talk, type, id, (held) => held === undefined));
  const settled = isRefusal(confirmed) ? confirmed : await believeRemoval(talk, type, id, confirmed);
  if (!isRefusal(settled)) return { kind: 'applied', id };
  return isRefusal(confirmed) && confirmed.class === 'gone' ? lookFor(talk, type, id) : failed(settled);
}

/** Slack and Atlassian only switch off whom they were asked to delete. */
async function lookFor({ exchange, signal }: Conversation, type: ResourceType, id: TargetId): Promise<Outcome> {
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held)) return failed(tellsNothing(held) ? held : { class: 'gone', status: 404, detail: 'the target has none' });
  if (type === 'user' && foundResource(held.body)?.active === false) return { kind: 'applied', id };
  return failed({ class: 'rejected', status: 404, detail: 'DELETE was answered with 404, and it is still there' });
}
