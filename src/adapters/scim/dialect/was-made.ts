import { fold } from '../../../core/directory/fold.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { readList } from '../answers/list.ts';
import { endpoints, type Exchange, type ScimRequest } from '../shared/message.ts';

/**
 * Whether a creation that was refused may have been carried out all the same: whoever it names is looked for. What cannot
 * be looked for may be there.
 */
export async function mayBeMade(
  exchange: Exchange,
  { method, path, body }: ScimRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const type = path === endpoints.user ? 'user' : path === endpoints.group ? 'group' : undefined;
  if (method !== 'POST' || type === undefined || body === undefined) return false;
  const name = type === 'user' ? 'userName' : 'displayName';
  const value = body[name];
  if (typeof value !== 'string') return true;
  const query = `filter=${encodeURIComponent(`${name} eq ${JSON.stringify(value)}`)}`;
  const list = await readList(exchange, type, query, signal);
  if ('class' in list) return true;
  return list.resources.some((one) => {
    const shown = readScimPath(one.body, scimPath(name));
    return typeof shown !== 'string' || fold(shown) === fold(value);
  });
}
