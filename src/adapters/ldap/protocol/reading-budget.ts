import { getHeapStatistics } from 'node:v8';
import { defaultReadingLimits } from '../../../core/directory/reading-limits.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { leastAnswers, leastBytes, memoryShare } from '../shared/bounds.ts';
import { monotonic } from '../shared/monotonic.ts';
import type { LdapSourceOptions } from '../shared/options.ts';

/** What a server has sent in one session, held against what it may. */
export interface ReadingBudget {
  /**
   * Takes note of a message, with the size of all that came so far.
   * @throws BridgeError D2S_DIRECTORY_READ_INCOMPLETE when that is more than any directory has, or too little for the time
   */
  note(kind: string, bytes: number): void;
}

export function createReadingBudget(
  server: string,
  options: Pick<LdapSourceOptions, 'limits' | 'clock'>,
): ReadingBudget {
  const { maximumEntries, readTimeoutMilliseconds } = options.limits ?? defaultReadingLimits;
  const mostBytes = memoryShare * getHeapStatistics().heap_size_limit;
  let entries = 0;
  let taken = 0;
  /** What brings a reading nearer to its end. An intermediate response (RFC 4511 §4.13) does not: a server may send any number. */
  const progress = { answers: 0, bytes: 0 };
  let since = { at: monotonic(options), ...progress };

  return {
    note(kind, bytes) {
      if (kind !== 'intermediate') {
        progress.answers += 1;
        progress.bytes += bytes - taken;
      }
      taken = bytes;
      if (kind === 'entry' || kind === 'reference' || kind === 'intermediate') entries += 1;
      if (entries > maximumEntries) {
        throw tooMuch(
          `${server} sent more than ${maximumEntries} entries`,
          'look what the server does; where the directory is so large, raise limits.maximumEntries',
        );
      }
      if (bytes > mostBytes) {
        throw tooMuch(
          `${server} sent more than ${megabytes(mostBytes)}, three quarters of the memory that this process may have`,
          'narrow the bases and filters, map fewer attributes, or raise the memory (NODE_OPTIONS=--max-old-space-size)',
        );
      }
      const now = monotonic(options);
      if (now - since.at < readTimeoutMilliseconds) return;
      const [some, much] = [progress.answers - since.answers, progress.bytes - since.bytes];
      if (some < leastAnswers && much < leastBytes) {
        throw tooMuch(
          `${server} sent only ${some} answers in ${Math.round((now - since.at) / 1000)} s, and no end`,
          'look at the server and the network between; where it is as slow as that, raise limits.readTimeout',
        );
      }
      since = { at: now, ...progress };
    },
  };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

/** What stands in the message are numbers, and the address from the configuration. */
function tooMuch(message: string, remedy: string): BridgeError {
  return new BridgeError('D2S_DIRECTORY_READ_INCOMPLETE', message, `nothing was changed; ${remedy}`);
}
