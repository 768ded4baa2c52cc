import { isDeepStrictEqual } from 'node:util';
import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { isList } from '../answers/list.ts';
import { endpoints, isRefusal, nonsense, type Answer, type Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { works, type TrialResult } from './trial.ts';

/**
 * Whether there is a SCIM service that takes our credentials: answers a failure when nothing else makes sense, and before
 * anything is written. A filter that is refused, or answered with 404 because nobody was found, is no reason; a list then
 * has to work. Where there is nothing, a slash at the end is tried.
 */
export async function knock(bench: Bench): Promise<TrialResult | Refusal> {
  const filter = `filter=${encodeURIComponent(`userName eq "${bench.tag}"`)}`;
  const first = await bench.ask('GET', `${endpoints.user}?${filter}`);
  if (!isRefusal(first)) return judge(bench, first);
  if (first.class !== 'unsupported' && first.class !== 'rejected') return first;
  const list = await bench.ask('GET', `${endpoints.user}?startIndex=1&count=1`);
  if (!isRefusal(list)) return judge(bench, list);
  if (list.status !== 404) return list;
  const slashed = await bench.ask('GET', `${endpoints.user}/?startIndex=1&count=1`);
  return isRefusal(slashed) ? list : judge(bench, slashed, { trailingSlash: true });
}

/** Whatever answers the same to everything (a health check, a gateway) would take what is written in silence. */
async function judge(bench: Bench, list: Answer, says: PartialDialect = {}): Promise<TrialResult | Refusal> {
  if (!isList(list.body))
    return nonsense(`answered ${list.status} to a question for users with something that is no list`, list.status);
  const nobody = await bench.ask('GET', `${endpoints.user}/${bench.tag}${says.trailingSlash === true ? '/' : ''}`);
  if (!isRefusal(nobody) && isDeepStrictEqual(nobody.body, list.body))
    return nonsense('a list of users, and a user who is not there, are answered in the same way', nobody.status);
  const slash = says.trailingSlash === true ? '; paths need a slash at their end' : '';
  return works(`the address and the credentials are good${slash}`, says);
}
