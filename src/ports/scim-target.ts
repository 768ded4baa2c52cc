import type { PartialDialect, Setting } from '../core/dialect/layers.ts';
import type { LearnedSetting } from '../core/dialect/learned-setting.ts';
import type { ResourceType } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import type { Failure, Outcome } from '../core/model/outcome.ts';
import type { ScimValue } from '../core/model/resource.ts';

/**
 * A SCIM service provider, one request (or one short protocol step) per call.
 *
 * Contract:
 * - Expected failures are values (`Failure`), so that one object never stops another. Only a broken configuration throws.
 * - The target retries what is safe to repeat (`transient`, `throttled`; reads and idempotent writes), paces itself,
 *   and honours Retry-After for all callers together. What comes back failed has been tried enough for this cycle.
 * - `create` is never repeated after an ambiguous failure: it comes back as `unknown`, and the caller searches first.
 * - Calls may run side by side; `concurrency` says how many make sense.
 * - Ids and URLs are built from the configured base and our id, never taken from links in answers. No redirects.
 */
export interface ScimTarget {
  readonly name: string;
  /** How many calls may usefully be in flight. */
  readonly concurrency: number;
  /** How many members are worth a call. May become less while the target teaches what it takes. */
  readonly memberChunk: MemberChunk;
  /** True: whoever was deactivated answers to nothing, and is created again to come back (Atlassian). */
  readonly recreates: boolean;
  /** True: it was seen that a part of an attribute (`name.familyName`) takes the place of the whole. */
  readonly partsReplace: boolean;
  /** What it takes of a type. Becomes less when the target says so: ask anew after each search and creation. */
  takes(type: ResourceType): Takes;
  /** Reads ServiceProviderConfig, ResourceTypes and Schemas; missing ones fall back to RFC defaults. For `check`. */
  discover(signal: AbortSignal): Promise<TargetFacts | Failure>;
  /**
   * Resources whose attribute equals the value (`userName eq "…"`), each verified against the answer: a server that
   * ignores filters yields none of its others here. `userName`, `displayName` and mail compare without case.
   *
   * @param without what of groups nobody looks at, so that it need not be sent
   */
  find(
    type: ResourceType,
    attribute: string,
    value: string,
    signal: AbortSignal,
    without?: 'members',
  ): Promise<FoundResource[] | Failure>;
  /**
   * Everything the target has of a type, walked page by page, when that takes at most `worthRequests` list requests
   * and adds up. Undefined when it does not, or when the target does not list. An empty target costs one request.
   * Lists of targets can be wrong in ways that nobody can see, so that it is never proof of absence for anything
   * destructive; a create that follows from it may meet a conflict.
   *
   * @param without what of groups nobody looks at, so that it need not be sent
   */
  inventory(
    type: ResourceType,
    worthRequests: number,
    signal: AbortSignal,
    without?: 'members',
  ): Promise<FoundResource[] | Failure | undefined>;
  /**
   * Walks what the target lists of a type and hands each page on before it asks for the next, so that one page at a time
   * is in memory, however many there are; false ends the walk. `whole`: as many different ones came as any page promised; `partial`: it does
   * not add up, would take more than `worthRequests`, or the target does not list. A page may come twice. Groups come
   * without their members, where the target takes that. Like an inventory, it is never proof of absence.
   */
  walk(
    type: ResourceType,
    worthRequests: number,
    onPage: (page: readonly FoundResource[]) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<'whole' | 'partial' | Failure>;
  /** Who is in a group that was read a moment ago; undefined where the target does not show it, or not of everybody. */
  membersOf(group: FoundResource, signal: AbortSignal): Promise<readonly TargetId[] | Failure | undefined>;
  /** Whether it was seen to show a value of this attribute, so that its absence in others says something. */
  shows(type: ResourceType, path: string): boolean;
  /**
   * One resource as the target has it now; `gone` when it says that it has none, whether that can be believed or not.
   *
   * @param without what of a group nobody looks at, so that it need not be sent
   */
  read(type: ResourceType, id: TargetId, signal: AbortSignal, without?: 'members'): Promise<FoundResource | Failure>;
  /**
   * @param members who shall be in a new group from the start, at most `memberChunk.create`. The outcome says who is;
   *   the others are added by `changeMembers`. After a failure other than `unknown` there is no group
   * @param isNew whether an id is certainly one that the target did not have before: then the answer needs no other proof
   */
  create(
    type: ResourceType,
    attributes: ReadonlyMap<string, ScimValue>,
    signal: AbortSignal,
    members?: MemberChange['add'],
    isNew?: (id: TargetId) => boolean,
  ): Promise<Outcome>;
  /** Exactly these attributes, by what the target takes: PATCH, or read-merge-PUT. */
  update(
    type: ResourceType,
    id: TargetId,
    changes: readonly ScimChange[],
    signal: AbortSignal,
    known?: Acknowledged,
  ): Promise<Outcome>;
  /**
   * At most so many together that the share of `memberChunk.add` and the share of `memberChunk.remove` are one, in as
   * many requests as it takes. Adding one who is there, or removing one who is not, is no failure.
   */
  changeMembers(group: TargetId, change: MemberChange, signal: AbortSignal): Promise<Outcome>;
  /** Whether it answers to the shortest list as a list: then it is a SCIM service, and a 404 from it is about one resource. */
  answers(type: ResourceType, signal: AbortSignal): Promise<boolean>;
  /** Who is not there (any more) comes back as `gone`: whether that can be believed is up to the caller. */
  remove(
    type: ResourceType,
    id: TargetId,
    signal: AbortSignal,
    known?: Pick<Acknowledged, 'showsOthers' | 'active'>,
  ): Promise<Outcome>;
  /** The same target, of which searches and lists end when they have taken so long altogether. */
  hurried(milliseconds: number): HurriedTarget;
  /** Asks for next to nothing, in one request: whether the target answers at all. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
  /** How it is spoken to, value by value, and where each comes from. */
  settings(): readonly Setting[];
  /** Hands back what was noted in an earlier process, before the first call. Only the first time counts. */
  restore(notes: TargetNotes): void;
  /** What is to be noted now, when that is not what was given or restored last; undefined otherwise. */
  newNotes(): TargetNotes | undefined;
  /** Calls the listener, the last one given, when there are notes that should not wait: requests may be held up now. */
  onUrgentNotes(listener: () => void): void;
  close(): Promise<void>;
}

/** What a search comes to that was ended for lack of time; late, so that nobody else is asked for. */
export const cutShort: Failure = { class: 'transient', late: true, detail: 'searches wait for access that ends' };

export interface HurriedTarget {
  readonly target: ScimTarget;
  /** Whether anything was ended, or not asked any more, for lack of time. */
  readonly wasCut: () => boolean;
}

/** What came of asking for next to nothing. */
export type ProbeResult = { readonly kind: 'answers' } | { readonly kind: 'failed'; readonly failure: Failure };

/** What was found out about a target and asked of it, to be kept across restarts. No secrets, no personal data. */
export interface TargetNotes {
  readonly learned: readonly LearnedSetting[];
  /** What ServiceProviderConfig said, and when (ISO 8601). Absent: it was never asked. */
  readonly discovery?: { readonly at: string; readonly says: PartialDialect } | undefined;
  /** What was seen of it by looking. Absent: nothing. */
  readonly evidence?: readonly TargetEvidence[] | undefined;
  /** Requests that count against budgets, and a pause that the target asked for. */
  readonly pace?: PaceNotes | undefined;
}

/** A fact about how a target answers, in our words: no text of the target, no personal data. */
export interface TargetEvidence {
  readonly fact: string;
  /** When it was seen, ISO 8601. */
  readonly at: string;
}

export interface PaceNotes {
  /** ISO 8601. Nobody sends before. */
  readonly pausedUntil?: string | undefined;
  /** By budget (`1000/3600s POST users`): what still counts against it. */
  readonly budgets: Readonly<Record<string, readonly Spending<string>[]>>;
}

/** So many requests, none of them later than `at` (ISO 8601, or milliseconds of a clock). */
export interface Spending<Time extends string | number> {
  readonly at: Time;
  readonly requests: number;
}

export const noNotes: TargetNotes = { learned: [] };

/** An attribute change with every reference resolved. */
export type ScimChange =
  | { readonly path: string; readonly change: 'set'; readonly value: ScimValue; readonly had: boolean }
  | { readonly path: string; readonly change: 'clear' };

/** What the target acknowledged about a resource before this write: what its answer is compared with. */
export interface Acknowledged {
  /** Our externalId, where the target took it. An answer with another one is about somebody else. */
  readonly externalId?: string | undefined;
  /** Whether a user is active, as far as is known: a deletion that leaves behind an inactive one did that much, or nothing. */
  readonly active?: boolean | undefined;
  /** SCIM paths that have a value. */
  readonly paths?: readonly string[] | undefined;
  /** Nothing is known of it but what it shows: it is being adopted. */
  readonly isStrange?: boolean;
  /** The members of a group: what a PUT of the whole group needs. */
  readonly members?: MemberChange['current'] | undefined;
  readonly expectedMembers?: MemberChange['expected'];
  /** Whether the target shows others whom it has: asked before it is believed that an account, looked at after that, is not there. */
  readonly showsOthers?: (() => Promise<boolean>) | undefined;
}

/** `existing`: what the target made itself can be found and changed, and nothing is created. `none`: it has no such type. */
export type Takes = 'all' | 'existing' | 'none';

export interface MemberChunk {
  /** Members of one `changeMembers` that only adds. */
  readonly add: number;
  /** Members of one `changeMembers` that only removes. */
  readonly remove: number;
  /** Members of one `create`; 0 where they come after. */
  readonly create: number;
}

export interface MemberChange {
  readonly add: readonly { readonly id: TargetId; readonly type: ResourceType }[];
  readonly remove: readonly TargetId[];
  /** It is a part of what was refused: the group was looked at already. */
  readonly looked?: boolean | undefined;
  /** The acknowledged members before this change: what a target without PATCH needs for its PUT. */
  readonly current: () => Promise<readonly TargetId[]>;
  /** Of those, whom the group is expected to show; all unless said. Some targets take who is inactive out of their groups. */
  readonly expected?: (() => Promise<readonly TargetId[]>) | undefined;
}

/** A resource as the target answered it. */
export interface FoundResource {
  readonly id: TargetId;
  readonly version?: string | undefined;
  /** Undefined: it does not say so, or in no word that is known. Groups never do. */
  readonly active: boolean | undefined;
  /** Bytes that it takes in memory, about; where that is known. */
  readonly size?: number | undefined;
  /** The JSON body as far as maps and matches look at it, keys as the server spelled them. Read through `readScimPath`. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TargetFacts {
  readonly patch: boolean;
  readonly filter: boolean;
  readonly etag: boolean;
  readonly groups: boolean;
  /** Core and extension attribute paths that /Schemas lists, in lower case; undefined where it says nothing of them. */
  readonly attributes:
    { readonly user: ReadonlySet<string>; readonly group: ReadonlySet<string> | undefined } | undefined;
  /** Lines for `check`. */
  readonly details: readonly string[];
}

/** True for the failure half of a `T | Failure`. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'class' in value && 'detail' in value;
}

/** The same target, but for these calls. Whatever is not among them, what changes with time included, is the target's own. */
export function overriding(target: ScimTarget, calls: Partial<ScimTarget>): ScimTarget {
  return Object.assign(Object.create(target) as ScimTarget, calls);
}
