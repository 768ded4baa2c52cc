import type { ResourceType, SourceId } from './entry.ts';

/** The target's own, opaque id of a resource (RFC 7643 §3.1 `id`). */
export type TargetId = string;

/** Keyed digest of a text, short, safe to store. Equal text gives an equal digest within one installation. */
export type Digest = (text: string) => string;

/**
 * Stands in place of a digest while a request is under way, and after one whose answer never came: what the target
 * holds is not known, and whatever is wanted is sent again. No digest looks like this.
 */
export const doubtful = '?';

/** Stands in place of a digest where the target acknowledged that there is no value. */
export const empty = '-';

/**
 * Stands in place of a digest where there is, or was, a value that is not kept in step (any more): it was sent once at
 * the creation, or the map gave it up. Whoever manages it again has to look at it first.
 */
export const unmanaged = '~';

/**
 * What one target last acknowledged about one resource: our memory, in place of reading the target.
 * Digests, no values: a link tells *that* an attribute differs and holds no personal data.
 */
export interface Link {
  readonly target: string;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly targetId: TargetId;
  readonly origin: 'created' | 'adopted';
  /**
   * `active`: in step. `deactivated`: we switched it off, or never saw it on. `lost`: the target no longer has it
   * (404); it is looked for, and created again within the guard's limits.
   */
  readonly lifecycle: 'active' | 'deactivated' | 'lost';
  /**
   * The account was switched off on the target when it was adopted, and was left like that. It counts as active: whoever
   * works there may have switched it on, and it has to lose access with its entry.
   */
  readonly leftDisabled?: true | undefined;
  /** When its entry was first missing or out of scope (ISO 8601). Starts `deleteAfter`. Absent while it is in scope. */
  readonly departedAt?: string | undefined;
  /** When we created it (ISO 8601): a target may not show it everywhere at once. Absent for what was adopted. */
  readonly createdAt?: string | undefined;
  /**
   * Canonical SCIM path → digest of the acknowledged value, or one of the marks `doubtful`, `empty` and `unmanaged`. A
   * path without a key was never managed: what the target holds there is not known.
   */
  readonly attributes: Readonly<Record<string, string>>;
  /** Missing in links from before there was a mark for `empty`: there, a path without a key may be an empty one too. */
  readonly marksEmpty?: true | undefined;
  /** Groups: whose joining or leaving is under way, or was never answered. They may be members or not. */
  readonly unsettled?: readonly SourceId[] | undefined;
  /** Paths of which the target showed that it has not stored what was sent. They count as acknowledged: they are not sent again before they change. */
  readonly unstored?: readonly string[] | undefined;
  /**
   * Of a lost one whose access has to end: an account that is active, has the match attributes that were acknowledged, and
   * says in no way that it is ours. It may be theirs or somebody else's; a person decides.
   */
  readonly lookalike?: TargetId | undefined;
  /** To whom the account passes, because they came in the place of an entry that is gone, while no answer has said that it has. */
  readonly heir?: SourceId | undefined;
  /** ETag, where the target gives one (RFC 7644 §3.14). */
  readonly version?: string | undefined;
}

/** Whether the target has, or may have, a value that we keep in step. A group's members are kept apart. */
export function holdsValue({ attributes, lifecycle }: Pick<Link, 'attributes' | 'lifecycle'>, path: string): boolean {
  const held = attributes[path];
  return lifecycle !== 'lost' && held !== undefined && held !== empty && held !== unmanaged;
}

/**
 * Tells one content of a link from another, for what is only true of one of them. Of one entry; it is short, and no secret
 * (FNV-1a, 32 bits).
 */
export function linkStamp({ targetId, lifecycle, attributes, departedAt, heir, unsettled }: Link): string {
  const text = JSON.stringify([targetId, lifecycle, Object.entries(attributes), departedAt, heir, unsettled]);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
