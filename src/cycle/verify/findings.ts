import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Drift } from '../../core/model/drift.ts';
import type { Link } from '../../core/model/link.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import { plainDrift, withAbsent, type Compared } from './compare-subject.ts';
import type { Noted } from './compared-before.ts';
import type { Subject } from './subjects.ts';

/** A resource that differs, with the link by which it was compared. */
export interface Found {
  readonly drift: Drift;
  readonly link: Link;
  /** Of a group: the acknowledged members by which it was compared. */
  readonly members: ReadonlySet<SourceId>;
}

const ownId = 'externalId';
const activePath = 'active';

/** What was found out so far about one type. Of those who are as they should be, no more than ids is kept. */
export class Findings {
  readonly #type: ResourceType;
  readonly #target: Pick<ScimTarget, 'shows'>;
  readonly #done = new Set<SourceId>();
  /** Whom a list shows to differ. */
  readonly #suspect = new Set<SourceId>();
  readonly #found = new Map<SourceId, Found>();
  /** Who shows nothing of paths that nobody was seen to show by then. */
  readonly #absent = new Map<SourceId, readonly string[]>();
  readonly #shown = new Set<string>();
  readonly #waiting = new Set<SourceId>();
  readonly #departed = new Set<SourceId>();
  readonly #unstored = new Set<SourceId>();
  readonly #unclear = new Set<SourceId>();
  readonly #hiding = new Set<SourceId>();
  readonly #foreignMembers = new Map<SourceId, number>();
  #seen = 0;
  #latestCreation = '';

  constructor(type: ResourceType, target: Pick<ScimTarget, 'shows'>) {
    this.#type = type;
    this.#target = target;
  }

  isDone({ link }: Subject): boolean {
    return this.#done.has(link.sourceId);
  }

  /** A list shows that it differs: only a look-up of now says whether it does. */
  isSuspect({ link }: Subject): boolean {
    return this.#suspect.has(link.sourceId);
  }

  /** As a list shows it: nobody is done whom it shows to differ. */
  takeListed(subject: Subject, compared: Compared): void {
    for (const path of compared.shown) this.#shown.add(path);
    const differs =
      compared.drift !== undefined ||
      compared.isAnothers ||
      this.#isUnclear(compared) ||
      compared.absent.some(({ path }) => this.#isShown(path));
    if (differs) this.#suspect.add(subject.link.sourceId);
    else this.take(subject, compared);
  }

  /** As a look-up by id shows it. @returns what can be noted of it: undefined where it differs */
  take(subject: Subject, compared: Compared): Noted | undefined {
    const { link } = subject;
    const id = link.sourceId;
    if (!this.#done.has(id)) this.#seen += 1;
    if (link.lifecycle === 'active' && (link.createdAt ?? '') > this.#latestCreation)
      this.#latestCreation = link.createdAt ?? '';
    for (const path of compared.shown) this.#shown.add(path);
    const silent = compared.absent.map(({ path }) => path);
    const alone = [...(compared.isAnothers ? [ownId] : []), ...(compared.activity === 'silent' ? [activePath] : [])];
    const open = [...silent, ...alone].filter((path) => !this.#isShown(path));
    const noted: Noted = {
      ...(this.#isUnclear(compared) ? { isUnclear: true } : {}),
      ...(compared.waits ? { waits: true } : {}),
      ...(compared.departs ? { departs: true } : {}),
      ...(compared.isUnstored ? { isUnstored: true } : {}),
      ...(compared.hidesMembers ? { hidesMembers: true } : {}),
      ...(compared.foreignMembers > 0 ? { foreignMembers: compared.foreignMembers } : {}),
      ...(open.length > 0 ? { absent: open } : {}),
    };
    this.#count(id, noted);
    const gone = compared.absent.filter(({ path }) => this.#isShown(path));
    const isAnothers = compared.isAnothers && this.#isShown(ownId);
    const drift = isAnothers ? plainDrift(subject, ['identity']) : withAbsent(subject, compared.drift, gone);
    if (drift === undefined) this.#found.delete(id);
    else this.#found.set(id, { drift, link, members: compared.acknowledged });
    return drift === undefined ? noted : undefined;
  }

  /**
   * As a look-up of a comparison showed it that was cut short. False where that says too little by now: the target shows
   * of others what it did not show of this one.
   */
  takeNoted({ link }: Subject, noted: Noted): boolean {
    if (noted.absent?.some((path) => this.#isShown(path)) === true) return false;
    this.#count(link.sourceId, noted);
    return true;
  }

  /** Looked at, and of no concern: it was switched off, and is not there. */
  pass({ link }: Subject): void {
    this.#done.add(link.sourceId);
  }

  takeMissing(subject: Subject): void {
    const { link } = subject;
    this.#done.add(link.sourceId);
    this.#found.set(link.sourceId, { drift: plainDrift(subject, ['missing']), link, members: new Set() });
  }

  /** Whoever shows nothing of a path of which others were seen to show something, since. */
  doubtful(): ReadonlySet<SourceId> {
    return new Set([...this.#absent].flatMap(([id, paths]) => (paths.some((path) => this.#isShown(path)) ? [id] : [])));
  }

  get found(): readonly Found[] {
    return [...this.#found.values()];
  }

  get compared(): number {
    return this.#done.size;
  }

  /** Of these, those whom the target showed. */
  get seen(): number {
    return this.#seen;
  }

  /** When the youngest of them was created by us, ISO 8601. */
  get latestCreation(): string {
    return this.#latestCreation;
  }

  /** Resources of which the next cycle writes something anyway. */
  get waiting(): ReadonlySet<SourceId> {
    return this.#waiting;
  }

  /** Resources whose entries left, and whose access the next cycle ends. */
  get departed(): ReadonlySet<SourceId> {
    return this.#departed;
  }

  /** Resources that differ in what the target does not store. */
  get unstored(): number {
    return this.#unstored.size;
  }

  /** Members of our groups that are not ours, and stay. */
  get foreignMembers(): number {
    return this.#foreignMembers.values().reduce((sum, count) => sum + count, 0);
  }

  /** Accounts that do not say, or in no word that is known, whether they are active, where others do. */
  get unclear(): number {
    return this.#unclear.size;
  }

  /** Groups that do not show who is in them. */
  get hidingMembers(): number {
    return this.#hiding.size;
  }

  #count(
    id: SourceId,
    { waits, departs, isUnstored, hidesMembers, foreignMembers = 0, isUnclear, absent }: Noted,
  ): void {
    this.#done.add(id);
    if (isUnclear) this.#unclear.add(id);
    else this.#unclear.delete(id);
    if (waits) this.#waiting.add(id);
    if (departs) this.#departed.add(id);
    if (isUnstored) this.#unstored.add(id);
    if (hidesMembers) this.#hiding.add(id);
    if (foreignMembers > 0) this.#foreignMembers.set(id, foreignMembers);
    if (absent === undefined) this.#absent.delete(id);
    else this.#absent.set(id, absent);
  }

  #isUnclear({ activity }: Compared): boolean {
    return activity === 'unclear' || (activity === 'silent' && this.#isShown(activePath));
  }

  #isShown(path: string): boolean {
    return this.#shown.has(path) || this.#target.shows(this.#type, path);
  }
}
