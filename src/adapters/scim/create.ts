import type { ResourceType } from '../../core/model/entry.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { ScimValue } from '../../core/model/resource.ts';
import { buildBody } from '../../core/mapping/scim-path.ts';
import { endpoints, failed, isRefusal, type Exchange } from './message.ts';
import { idOf, maxBytes, versionOf, withSchemas } from './resource.ts';

/**
 * POST (RFC 7644 §3.3). Success is an answer with an id and nothing less: without one (empty body, 202) something may
 * exist that we cannot name. A Location header is not trusted to tell; the caller searches.
 */
export async function createResource(
  exchange: Exchange,
  type: ResourceType,
  attributes: ReadonlyMap<string, ScimValue>,
  signal: AbortSignal,
): Promise<Outcome> {
  const body = withSchemas(type, buildBody(attributes));
  delete body['id']; // given by the target (RFC 7643 §3.1)
  const answer = await exchange(
    { method: 'POST', path: endpoints[type], body, subject: 'endpoint', maxBytes: maxBytes(type) },
    signal,
  );
  if (isRefusal(answer)) return failed(answer);
  const id = idOf(answer.body);
  if (id === undefined) return failed({ class: 'unknown', status: answer.status, detail: `answered ${answer.status} without an id` });
  return { kind: 'applied', id, ...versionOf(answer) };
}
