import type { TargetEvidence as Noted } from '../../../ports/scim-target.ts';

/**
 * What was seen of a target by looking, so that it is not looked at again with every write. Kept in the state, for as
 * long as learned settings are.
 */
export interface EvidenceKeeper {
  has(fact: string): boolean;
  /** Whether it was seen in the last 24 hours. */
  hasToday(fact: string): boolean;
  note(fact: string): void;
  drop(fact: string): void;
  /** One after the other, so that what is found out once is not tried by all who wait. */
  alone<T>(trial: () => Promise<T>): Promise<T>;
  /**
   * Whether an answer that shows nothing has to be looked into: the first ones of each form of writing, until the target
   * was found to do what it says, and a sample afterwards: the first one of each day, and one of so many between. Waits
   * while others look for the same, and `looked` ends each.
   *
   * @param first how many have to be found true before the others are believed
   * @param sample one of so many is looked at later on
   */
  isToBeLookedAt(form: string, first: number, sample: number): Promise<boolean>;
  /** @param found undefined: it could not be seen */
  looked(form: string, first: number, found: boolean | undefined): void;
  /** Found not to do what it says: the next ones are looked at again. */
  doubt(form: string): void;
}

interface Trust {
  /** Found true, in a row. */
  seen: number;
  /** Being looked at. */
  open: number;
  /** Believed since the last look. */
  believed: number;
  waiting: (() => void)[];
}

const dayMilliseconds = 24 * 60 * 60_000;

/** @param changed called when there is something else to be noted */
export function createEvidenceKeeper(
  facts: Map<string, Noted>,
  now: () => number,
  changed: () => void,
): EvidenceKeeper {
  const note = (fact: string): void => {
    if (facts.has(fact)) return;
    facts.set(fact, { fact, at: new Date(now()).toISOString() });
    changed();
  };
  const drop = (fact: string): void => {
    if (facts.delete(fact)) changed();
  };
  /** A process may live for one change a day: the time says when to look again, wherever it was seen. */
  const isOf = (fact: string, today: boolean): boolean => {
    const seen = facts.get(fact);
    return seen !== undefined && now() - Date.parse(seen.at) < dayMilliseconds === today;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    alone(trial) {
      const own = last.then(trial, trial);
      last = own.catch(() => undefined);
      return own;
    },
    has: (fact) => facts.has(fact),
    hasToday: (fact) => isOf(fact, true),
    note,
    drop,
    ...createTrust({
      has: (form) => facts.has(honest(form)),
      isOld: (form) => isOf(honest(form), false),
      note: (form) => {
        note(honest(form));
      },
      drop: (form) => {
        drop(honest(form));
      },
    }),
  };
}

/** What is noted of forms that were found honest. */
interface HonestForms {
  has(form: string): boolean;
  isOld(form: string): boolean;
  note(form: string): void;
  drop(form: string): void;
}

function createTrust(honest: HonestForms): Pick<EvidenceKeeper, 'isToBeLookedAt' | 'doubt' | 'looked'> {
  const trusts = new Map<string, Trust>();
  const trustIn = (form: string, first: number): Trust => {
    const known = trusts.get(form);
    if (known !== undefined) return known;
    const fresh = { seen: honest.has(form) ? first : 0, open: 0, believed: 0, waiting: [] };
    trusts.set(form, fresh);
    return fresh;
  };
  return {
    async isToBeLookedAt(form, first, sample) {
      for (;;) {
        const trust = trustIn(form, first);
        if (trust.seen + trust.open < first) {
          trust.open += 1;
          return true;
        }
        if (trust.seen >= first) {
          trust.believed += 1;
          const isDue = trust.believed >= sample || (honest.isOld(form) && trust.open === 0);
          if (honest.has(form) && !isDue) return false;
          trust.believed = 0;
          trust.open += 1;
          return true;
        }
        await new Promise<void>((resolve) => void trust.waiting.push(resolve));
      }
    },
    doubt(form) {
      const trust = trusts.get(form);
      honest.drop(form);
      if (trust === undefined) return;
      trust.seen = 0;
      // Whoever waits for what others look at looks as well.
      for (const go of trust.waiting.splice(0)) go();
    },
    looked(form, first, found) {
      const trust = trustIn(form, first);
      trust.open -= 1;
      if (found === true) trust.seen += 1;
      if (found === false) trust.seen = 0;
      // As of now, where it was seen once more.
      if (found === false || (found === true && honest.isOld(form))) honest.drop(form);
      if (found !== false && trust.seen >= first) honest.note(form);
      for (const go of trust.waiting.splice(0)) go();
    },
  };
}

function honest(form: string): string {
  return `does what it says: ${form}`;
}
