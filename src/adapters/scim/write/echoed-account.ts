import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { scimValues, textOf } from '../../../core/mapping/scim-values.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Answer } from '../shared/message.ts';
import { decodedUri } from '../read/decoded-uri.ts';
import { isMadeJustNow } from './made-when.ts';

/*
 * An answer to a creation may repeat what was sent, under the id of an account or group that was there before (found alike
 * by a slug or an address). What gives that away without a further request:
 *
 *   a whole list of the same cycle lacks the id       → new
 *   `meta.created` is the time of the answer          → new
 *   a group has members whom nobody sent              → was there before
 *   the location is that of another id                → looked at: the first three, and one in 25
 *   nothing of this                                   → looked at: the first of a type, and one in 100 (of groups 25)
 */

/** Why the answer to a creation is looked into, and how often. */
export interface EchoDoubt {
  readonly form: string;
  readonly first: number;
  readonly sample: number;
}

export function doubtOfEcho(type: ResourceType, id: TargetId, answer: Answer): EchoDoubt | undefined {
  if (placeIsAnother(id, answer))
    return { form: `creation of a ${type} whose location is that of another id`, first: 3, sample: 25 };
  if (isMadeJustNow(answer)) return undefined;
  const sample = type === 'user' ? 100 : 25;
  return { form: `creation of a ${type} that does not tell when it was made`, first: 1, sample };
}

/** Outcomes of bulk requests are without a body, many of them. */
export function doubtOfNothing(type: ResourceType): EchoDoubt {
  return { form: `creation of a ${type} that shows nothing`, first: 1, sample: 100 };
}

/** The id at the end of the header, or of `meta.location` (RFC 7644 §3.3: both name what was created). */
function placeIsAnother(id: TargetId, { location, body }: Answer): boolean {
  const said = location ?? (body === undefined ? undefined : readScimPath(body, scimPath('meta.location')));
  const last = typeof said === 'string' ? /\/(?:Users|Groups)\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(said)?.[1] : undefined;
  const named = last === undefined ? undefined : decodedUri(last);
  return named !== undefined && named.toLowerCase() !== id.toLowerCase();
}

/** Whether a group that is called new shows somebody whom nobody put there. */
export function hasOthers(
  type: ResourceType,
  { body }: Pick<Answer, 'body'>,
  sent: readonly { readonly id: TargetId }[],
): boolean {
  if (type === 'user' || body === undefined) return false;
  const own = new Set(sent.map(({ id }) => id));
  return scimValues(body, scimPath('members.value'))
    .map(textOf)
    .some((value) => value !== undefined && !own.has(value));
}
