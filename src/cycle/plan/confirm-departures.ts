import type { Link } from '../../core/model/link.ts';
import { judgeDeparture, type Departure } from '../../core/planning/departures.ts';
import type { RemovalPolicy } from '../../core/planning/policy.ts';
import type { LookUpAbsent } from '../../ports/directory-source.ts';

/**
 * Looks up those who would lose something because no reading shows them: whoever is there after all does not depart.
 * Nobody is looked up for whom nothing would happen.
 */
export async function confirmDepartures(
  departures: readonly Departure[],
  { removal, now }: { readonly removal: RemovalPolicy; readonly now: number },
  lookUp: LookUpAbsent,
): Promise<readonly Departure[]> {
  const doubtful = departures.filter(
    ({ link, cause, evidence }) => cause === 'absent' && evidence !== 'word' && losesSomething(link, removal, now),
  );
  const judged = new Map<Departure, Departure | undefined>();
  for (const [directory, own] of Map.groupBy(doubtful, ({ link }) => link.directory)) {
    const absenceReasons = await lookUp(
      directory,
      own.map(({ link: { sourceId: id, type } }) => ({ id, type })),
    );
    for (const departure of own)
      judged.set(departure, judgeDeparture(departure, absenceReasons.get(departure.link.sourceId)));
  }
  return departures.flatMap((departure) => {
    const confirmed = judged.has(departure) ? judged.get(departure) : departure;
    return confirmed === undefined ? [] : [confirmed];
  });
}

/**
 * Whoever is off already loses nothing more until the time to come back begins, and when it is over; where leavers are
 * deleted, as soon as it is proved that they have left.
 */
function losesSomething({ lifecycle, type, departedAt }: Link, removal: RemovalPolicy, now: number): boolean {
  if (type === 'group' && removal.groups === 'keep') return false;
  if (lifecycle !== 'deactivated' || departedAt === undefined) return true;
  const { deleteAfter } = removal;
  return removal.leaves === 'delete' || (deleteAfter !== undefined && Date.parse(departedAt) + deleteAfter <= now);
}
