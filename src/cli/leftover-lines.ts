import { count } from '../core/wording/count.ts';
import type { Leftover } from '../cycle/quarantine/intents.ts';

/** Why an account of somebody who has left may still give access, and what is to be done about it. */
const words: Readonly<Record<NonNullable<Leftover['blocked']> | 'open', (number: number) => string>> = {
  unnamable: (number) =>
    `${count(number, 'leaver')} whose account or group is there under an id that cannot be used: end it on the target by hand`,
  unreached: (number) =>
    `${count(number, 'leaver')} for whom something was requested, and may be there whatever the answer was, and who could not be looked for`,
  open: (number) =>
    `${count(number, 'leaver')} for whom something was requested, and may be there whatever the answer was; the target does not show it yet`,
};

export function leftoverLines(leftovers: readonly Leftover[]): string[] {
  const byReason = Map.groupBy(leftovers, ({ blocked }) => blocked ?? 'open');
  return [...byReason].map(([reason, own]) => {
    const [next] = own.flatMap(({ lookAgainAt }) => lookAgainAt ?? []).sort();
    return `${words[reason](own.length)} (${firstIds(own)}); looked for again after ${next ?? 'now'}`;
  });
}

/** Enough of them to begin with. */
export function firstIds(those: readonly { readonly sourceId: string }[]): string {
  const ids = those.slice(0, 5).map(({ sourceId }) => sourceId);
  return ids.join(', ') + (those.length > ids.length ? ', …' : '');
}
