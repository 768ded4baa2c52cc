import { comparableId } from '../core/directory/source-id.ts';
import type { Entry, ResourceType, SourceId } from '../core/model/entry.ts';
import { doubtful, type Digest, type Link, type TargetId } from '../core/model/link.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Rejected, Resource } from '../core/model/resource.ts';
import { isActive } from '../core/planning/availability.ts';
import { digestAttributes } from '../core/planning/diff.ts';
import { forgetContent } from '../core/planning/link-paths.ts';
import type { FoundResource } from '../ports/scim-target.ts';

/** An entry and the account that is its own. */
export interface Joined {
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly type: ResourceType;
  readonly account: FoundResource;
  /** By our own id: nobody else's account has it. */
  readonly isOurs: boolean;
  /** Whether the directory wants them to have access; undefined where it does not say. */
  readonly wantsActive: boolean | undefined;
}

export interface LinkContext {
  readonly target: string;
  readonly digest: Digest;
  /** False: what is sent as externalId shows nowhere, and is not sent again. */
  readonly showsIds: boolean;
}

/**
 * A link that knows nothing of what the account holds. Who has access in the directory and is switched off there was found
 * like that by an adoption, or by whoever switched them off: they stay so until a person says otherwise.
 */
export function joinedLink(joined: Joined, { target, digest, showsIds }: LinkContext): Link {
  const { sourceId, directory, type, account, isOurs, wantsActive } = joined;
  const isOff = type === 'user' && account.active === false;
  const isLeftOff = isOff && wantsActive === true;
  const link = forgetContent({
    target,
    type,
    sourceId,
    directory,
    targetId: account.id,
    origin: isOurs ? 'created' : 'adopted',
    lifecycle: isOff && !isLeftOff ? 'deactivated' : 'active',
    ...(isLeftOff ? { leftDisabled: true } : {}),
    attributes: {},
  });
  if (showsIds) return link;
  const { externalId = doubtful } = digestAttributes(new Map([['externalId', sourceId]]), digest, () => undefined);
  return { ...link, attributes: { ...link.attributes, externalId }, unstored: ['externalId'] };
}

/** Whether anybody on the target has an externalId. Where nobody has, what was sent of it was not kept, or is not shown. */
export function anyShowsId(accounts: readonly FoundResource[] | undefined): boolean {
  return (
    accounts === undefined || accounts.length === 0 || accounts.some(({ body }) => body['externalId'] !== undefined)
  );
}

/** An entry of whom nothing is known but the id by which a target may know it. */
export function byIdAlone({ sourceId, directory, type, label }: Rejected): Resource {
  const attributes = new Map([['externalId', sourceId]]);
  return { sourceId, directory, type, label, attributes, createOnly: new Map(), members: [] };
}

/** What the directory says of their access. */
export function wantsActive(resource: Resource): boolean | undefined {
  return resource.attributes.has('active') ? isActive(resource) : undefined;
}

/** Entries that are not in scope, with the accounts that carry their ids: they have left, and we were there. */
export function findLeft(
  type: ResourceType,
  readings: readonly CompleteReading[],
  known: ReadonlySet<SourceId>,
  accounts: readonly FoundResource[],
  taken: ReadonlySet<TargetId>,
): Joined[] {
  const byId = new Map(
    accounts.flatMap((account) => {
      const { externalId } = account.body;
      return typeof externalId === 'string' && !taken.has(account.id)
        ? [[comparableId(externalId), account] as const]
        : [];
    }),
  );
  const left = new Map<SourceId, Joined>();
  for (const { entries, directory } of readings) {
    for (const entry of entries) {
      const account = isMeant(entry, type, known) ? byId.get(comparableId(entry.id)) : undefined;
      if (account === undefined || left.has(entry.id)) continue;
      left.set(entry.id, { sourceId: entry.id, directory, type, account, isOurs: true, wantsActive: undefined });
    }
  }
  return [...left.values()];
}

function isMeant(entry: Entry, type: ResourceType, known: ReadonlySet<SourceId>): boolean {
  return entry.type === type && !known.has(entry.id);
}
