import { goesOnForHours } from '../../core/model/drift.ts';
import type { Digest } from '../../core/model/link.ts';
import type { ComparedNotes } from '../../ports/compared-notes.ts';
import type { Subject } from './subjects.ts';

/** What a look-up came to that showed no difference. */
export interface Noted {
  /** It was switched off before, and is not there. */
  readonly isGone?: true | undefined;
  /** It does not say clearly whether it is active. */
  readonly isUnclear?: true | undefined;
  readonly waits?: true | undefined;
  readonly departs?: true | undefined;
  readonly isUnstored?: true | undefined;
  readonly hidesMembers?: true | undefined;
  readonly foreignMembers?: number | undefined;
  /** Paths of which it shows nothing: a difference as soon as the target shows them of others. */
  readonly absent?: readonly string[] | undefined;
}

/** When comparisons that were cut short looked up what this one did not look up again. */
export interface Continued {
  /** How many resources. */
  readonly resources: number;
  /** When the first of them was looked up, ISO 8601. */
  readonly since: string;
}

export interface Recalled {
  readonly noted: Noted;
  /** When it was looked up, ISO 8601. */
  readonly at: string;
}

/** What comparisons that were cut short had found equal, and what this one notes for the case that it is cut short. */
export interface ComparedBefore {
  /**
   * What it came to. Undefined: nobody looked, or it is not as it was then: its link, or what should be there, is another.
   * @param members of a group, as they were acknowledged
   */
  recall(subject: Subject, members: readonly string[]): Recalled | undefined;
  /** What was recalled was good enough. */
  count(recalled: Recalled): void;
  note(subject: Subject, members: readonly string[], noted: Noted): Promise<void>;
  /** Writes down what was noted. */
  flush(): Promise<void>;
  readonly continued: Continued | undefined;
}

const longestAgeMilliseconds = goesOnForHours * 60 * 60_000;

/** So many look-ups are noted at once: what a crash costs at most. */
const batchSize = 50;

/** One line of the notes. */
interface Batch {
  /** ISO 8601. */
  readonly at: string;
  readonly scheduled: boolean;
  /** Each of these came to `noted`. */
  readonly results: readonly { readonly noted: Noted; readonly keys: readonly string[] }[];
}

/** Goes with the digest of a line: another text for another form of `Batch`. */
const form = 'compared 1';

export interface ComparedBeforeInput {
  readonly notes: ComparedNotes;
  readonly target: string;
  readonly digest: Digest;
  /** Another text for another map, configuration or version of the program: then nothing is recalled. */
  readonly basis: string;
  /** The schedule asked for this comparison, and no person. */
  readonly isScheduled: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Nothing is noted, and nothing was. */
export const nothingBefore: ComparedBefore = {
  recall: () => undefined,
  count: () => undefined,
  note: () => Promise.resolve(),
  flush: () => Promise.resolve(),
  continued: undefined,
};

/**
 * A key says which resource, with which link and which wanted content: a keyed digest, so that nothing of either is to be
 * read in the notes, and that whatever a cycle wrote or the directory changed since has another one.
 */
export async function openComparedBefore(input: ComparedBeforeInput): Promise<ComparedBefore> {
  const { notes, target, digest, basis, isScheduled, now } = input;
  const known = new Map<string, Recalled>();
  for (const { at, results } of await batchesIn(input))
    for (const { noted, keys } of results) {
      const recalled = { at, noted };
      for (const key of keys) known.set(key, recalled);
    }
  const keyOf = (subject: Subject, members: readonly string[]): string => digest(textOf(basis, subject, members));
  let waiting = new Map<string, string[]>();
  let resources = 0;
  let since: string | undefined;
  const flush = async (): Promise<void> => {
    if (waiting.size === 0) return;
    const results = [...waiting].map(([noted, keys]) => ({ noted: JSON.parse(noted) as Noted, keys }));
    waiting = new Map();
    const text = JSON.stringify({ at: new Date(now()).toISOString(), scheduled: isScheduled, results });
    await notes.append(target, `${digest(form + text)} ${text}`);
  };
  return {
    recall: (subject, members) => (known.size === 0 ? undefined : known.get(keyOf(subject, members))),
    count({ at }) {
      resources += 1;
      if (since === undefined || at < since) since = at;
    },
    async note(subject, members, noted) {
      const kind = JSON.stringify(noted);
      waiting.set(kind, [...(waiting.get(kind) ?? []), keyOf(subject, members)]);
      if (waiting.values().reduce((sum, keys) => sum + keys.length, 0) >= batchSize) await flush();
    },
    flush,
    get continued() {
      return since === undefined ? undefined : { resources, since };
    },
  };
}

/** Whether the schedule's last comparison of this target was cut short, not too long ago. */
export async function isCutShort(input: Omit<ComparedBeforeInput, 'basis' | 'isScheduled'>): Promise<boolean> {
  return (await batchesIn(input)).some(({ scheduled }) => scheduled);
}

/** Without what is torn, was written by somebody else, or is too old. */
async function batchesIn({
  notes,
  target,
  digest,
  now,
}: Omit<ComparedBeforeInput, 'basis' | 'isScheduled'>): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (const line of await notes.read(target)) {
    const at = line.indexOf(' ');
    const text = line.slice(at + 1);
    if (at < 0 || digest(form + text) !== line.slice(0, at)) continue;
    const batch = JSON.parse(text) as Batch; // ours, to the last letter
    const age = now() - Date.parse(batch.at);
    if (age >= 0 && age <= longestAgeMilliseconds) batches.push(batch);
  }
  return batches;
}

function textOf(basis: string, { link, resource, isInScope, active }: Subject, members: readonly string[]): string {
  const wanted = resource && [[...resource.attributes], [...(resource.choices ?? [])], [...resource.members].sort()];
  return JSON.stringify([basis, link, wanted, isInScope, active, [...members].sort()]);
}
