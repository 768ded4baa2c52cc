import { endpoints, isRefusal, type Refusal } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { works, type TrialResult } from './trial.ts';

/**
 * Whether there is a SCIM service that takes our credentials: answers a failure when nothing else makes sense. A filter
 * that is refused, or answered with 404 because nobody was found, is no reason; a list then has to work. Where there is
 * nothing, a slash at the end is tried.
 */
export async function knock(bench: Bench): Promise<TrialResult | Refusal> {
  const filter = `filter=${encodeURIComponent(`userName eq "${bench.tag}"`)}`;
  const first = await bench.ask('GET', `${endpoints.user}?${filter}`);
  if (!isRefusal(first)) return isIn();
  if (first.class !== 'unsupported' && first.class !== 'rejected') return first;
  const list = await bench.ask('GET', `${endpoints.user}?startIndex=1&count=1`);
  if (!isRefusal(list)) return isIn();
  if (list.status !== 404) return list;
  const slashed = await bench.ask('GET', `${endpoints.user}/?startIndex=1&count=1`);
  if (isRefusal(slashed)) return list;
  return works('the address and the credentials are good; paths need a slash at their end', { trailingSlash: true });
}

function isIn(): TrialResult {
  return works('the address and the credentials are good');
}
