import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Drift } from '../../core/model/drift.ts';
import type { Link } from '../../core/model/link.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import { plainDrift, withAbsent, type Compared } from './compare-subject.ts';
import type { Subject } from './subjects.ts';

/** A resource that differs, with the link by which it was compared. */
export interface Found {
  readonly drift: Drift;
  readonly link: Link;
  /** Of a group: the acknowledged members by which it was compared. */
  readonly members: ReadonlySet<SourceId>;
}

/** What was found out so far about one type. Of those who are as they should be, no more than ids is kept. */
export interface Findings {
  isDone(subject: Subject): boolean;
  /** As a list shows it: nobody is done whom it shows to differ. */
  takeListed(subject: Subject, compared: Compared): void;
  /** As a look-up by id shows it. */
  take(subject: Subject, compared: Compared): void;
  /** Looked at, and of no concern: switched off and not there, or too new to be seen. */
  pass(subject: Subject): void;
  takeMissing(subject: Subject): void;
  /** Whoever shows nothing of a path of which others were seen to show something, since. */
  doubtful(): ReadonlySet<SourceId>;
  readonly found: readonly Found[];
  readonly compared: number;
  /** Of these, those whom the target showed. */
  readonly seen: number;
  /** Resources of which the next cycle writes something anyway. */
  readonly waiting: number;
  /** Members of our groups that are not ours, and stay. */
  readonly foreignMembers: number;
  /** Groups that do not show who is in them. */
  readonly hidingMembers: number;
}

export function createFindings(type: ResourceType, target: Pick<ScimTarget, 'shows'>): Findings {
  const done = new Set<SourceId>();
  const found = new Map<SourceId, Found>();
  const absent = new Map<SourceId, readonly string[]>();
  const shown = new Set<string>();
  const waiting = new Set<SourceId>();
  const hiding = new Set<SourceId>();
  const foreignMembers = new Map<SourceId, number>();
  let seen = 0;
  const isShown = (path: string): boolean => shown.has(path) || target.shows(type, path);

  const take = (subject: Subject, compared: Compared): void => {
    const { link } = subject;
    const id = link.sourceId;
    if (!done.has(id)) seen += 1;
    done.add(id);
    for (const path of compared.shown) shown.add(path);
    if (compared.waits) waiting.add(id);
    if (compared.hidesMembers) hiding.add(id);
    if (compared.foreignMembers > 0) foreignMembers.set(id, compared.foreignMembers);
    const open = compared.absent.map(({ path }) => path).filter((path) => !isShown(path));
    if (open.length > 0) absent.set(id, open);
    else absent.delete(id);
    const drift = withAbsent(
      subject,
      compared.drift,
      compared.absent.filter(({ path }) => isShown(path)),
    );
    if (drift === undefined) found.delete(id);
    else found.set(id, { drift, link, members: compared.acknowledged });
  };
  return {
    isDone: ({ link }) => done.has(link.sourceId),
    takeListed(subject, compared) {
      for (const path of compared.shown) shown.add(path);
      if (compared.drift === undefined && !compared.absent.some(({ path }) => isShown(path))) take(subject, compared);
    },
    take,
    pass: ({ link }) => void done.add(link.sourceId),
    takeMissing(subject) {
      done.add(subject.link.sourceId);
      found.set(subject.link.sourceId, {
        drift: plainDrift(subject, ['missing']),
        link: subject.link,
        members: new Set(),
      });
    },
    doubtful: () => new Set([...absent].flatMap(([id, paths]) => (paths.some(isShown) ? [id] : []))),
    get found() {
      return [...found.values()];
    },
    get compared() {
      return done.size;
    },
    get seen() {
      return seen;
    },
    get waiting() {
      return waiting.size;
    },
    get foreignMembers() {
      return foreignMembers.values().reduce((sum, count) => sum + count, 0);
    },
    get hidingMembers() {
      return hiding.size;
    },
  };
}
