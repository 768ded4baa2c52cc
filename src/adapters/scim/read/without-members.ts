import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readList, type List } from '../answers/list.ts';
import { readResource } from '../answers/resource.ts';
import type { Conversation } from '../dialect/conversation.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';

/** Groups may have very many members, and most readings are not about them (RFC 7644 §3.9). */
export const withoutMembers = 'excludedAttributes=members';

const refuses = 'refuses excludedAttributes';
const takes = 'lists groups without members';

/** Reads one resource to see whether it is there: of a group without its members, where the target takes that. */
export async function readWithoutMembers(
  { exchange, targetDialect, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
): Promise<Answer | Refusal> {
  const read = (query: string): Promise<Answer | Refusal> => readResource(exchange, type, id, signal, query);
  if (type === 'user' || targetDialect.evidence.has(refuses)) return read('');
  const held = await read(`?${withoutMembers}`);
  if (!isRefusal(held) || ![400, 405, 501].includes(held.status ?? 0)) return held;
  const plain = await read('');
  if (!isRefusal(plain)) targetDialect.evidence.note(refuses);
  return plain;
}

type Asking = Pick<Conversation, 'exchange' | 'signal'> & { readonly targetDialect: Pick<TargetDialect, 'evidence'> };

/**
 * The same for a list, in which nobody looks at the members of groups. Whatever is not a list of groups by their names is
 * asked for once more with them: a target may refuse the parameter, take it for something else, or answer with nobody to
 * what it does not understand. What it did is learned, so that this costs one request.
 */
export async function listWithoutMembers(
  { exchange, targetDialect: { evidence }, signal }: Asking,
  type: ResourceType,
  query: string,
  maxBytes?: number,
): Promise<List | Refusal> {
  const ask = (asked: string): Promise<List | Refusal> => readList(exchange, type, asked, signal, maxBytes);
  if (type === 'user' || evidence.has(refuses)) return ask(query);
  const list = await ask(query === '' ? withoutMembers : `${query}&${withoutMembers}`);
  if (isRefusal(list)) {
    if (!mayBeAboutIt.has(list.status ?? 0)) return list;
  } else if (list.resources.some(({ body }) => readScimPath(body, namePath) !== undefined)) {
    evidence.note(takes);
    return list;
  } else if (list.resources.length === 0 && list.unusable.length === 0 && evidence.has(takes)) return list;
  const plain = await ask(query);
  if (!isRefusal(plain) && (isRefusal(list) || shows(plain) > shows(list))) evidence.note(refuses);
  return plain;
}

const mayBeAboutIt: ReadonlySet<number> = new Set([400, 403, 404, 405, 422, 500, 501]);
const namePath = scimPath('displayName');

/** How many are there by their names: everybody who is there must have one (RFC 7643 §4.2). */
function shows({ resources }: List): number {
  return resources.filter(({ body }) => readScimPath(body, namePath) !== undefined).length;
}
