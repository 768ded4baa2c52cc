import { z } from 'zod';
import type { SourceId } from '../../../core/model/entry.ts';
import type { Position } from './usn-position.ts';

/** An entry of the domain as a search by change numbers shows it. */
export interface Sighting {
  /** Undefined where it cannot be read. */
  readonly id: SourceId | undefined;
  readonly usn: bigint;
  /** whenChanged: this server's time of the change that has the number. Empty where it cannot be read. */
  readonly changedAt: string;
}

const witnessShape = z.object({ id: z.string(), usn: z.string().regex(/^\d+$/), changedAt: z.string() });
export const witnessesShape = z.array(witnessShape);

/**
 * The entries with the highest change numbers that could be seen up to a position, the lowest number first. They give
 * away a server that was set back and has counted past the position since, so that its highest number says nothing.
 * It tells nothing of whoever got one of the numbers up to the position again: those were read already.
 *
 * A witness that still carries its number of the same time was not taken back, and neither was anything before it. What
 * was visible after it, up to the position, was a witness too. So whoever else carries one of those numbers now got it
 * a second time, and a witness that is missing was taken back, or deleted unseen: it is read again by its id.
 */
export type Witnesses = z.infer<typeof witnessesShape>;

/** So many that they hardly ever change again all together between two polls, which costs a complete reading. */
const most = 30;

/** From which number on to search, so that the witnesses show up as well. */
export function firstNumber({ usn }: Position, [lowest]: Witnesses): bigint {
  return lowest === undefined ? BigInt(usn) + 1n : BigInt(lowest.usn);
}

export type Testimony = { readonly lost: string } | { readonly missing: readonly SourceId[] };

/** What the witnesses say of all that is seen from `firstNumber` on. */
export function hear(seen: readonly Sighting[], { usn }: Position, witnesses: Witnesses): Testimony {
  const [lowest] = witnesses;
  if (lowest === undefined) return { missing: [] };
  const isKnown = (sighting: Sighting): boolean => sighting.usn <= BigInt(usn);
  const sameNumber = new Map(witnesses.map((witness) => [BigInt(witness.usn), witness]));
  const isUntouched = (sighting: Sighting): boolean => {
    const witness = sameNumber.get(sighting.usn);
    return witness?.id === sighting.id && witness?.changedAt === sighting.changedAt;
  };
  if (!seen.some(isUntouched))
    return {
      lost: 'none of the entries that changed last is as it was (the domain controller may have been set back)',
    };
  const stranger = seen.find(
    (sighting) => isKnown(sighting) && sighting.usn > BigInt(lowest.usn) && !isUntouched(sighting),
  );
  if (stranger !== undefined) {
    return {
      lost: 'a change number was given a second time (the domain controller was set back), or the account sees more than before',
    };
  }
  const ids = new Set(seen.map(({ id }) => id));
  return { missing: witnesses.map(({ id }) => id).filter((id) => !ids.has(id)) };
}

/** The witnesses for a position, from everything that is seen from a number on. */
export function findWitnesses(seen: readonly Sighting[], { usn }: Position): Witnesses {
  const witnesses: Witnesses = [];
  const candidates = seen.filter((sighting) => sighting.usn <= BigInt(usn)).sort((a, b) => (a.usn > b.usn ? -1 : 1));
  for (const { id, usn: number, changedAt } of candidates.slice(0, most)) {
    // All that is visible from the lowest on must be a witness.
    if (id === undefined) break;
    witnesses.unshift({ id, usn: String(number), changedAt });
  }
  return witnesses;
}
