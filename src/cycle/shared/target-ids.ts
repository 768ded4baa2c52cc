import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';

export interface LinksNow {
  readonly links: ReadonlyMap<SourceId, Link>;
}

/** The target's ids of those whom it has, as far as we know now. */
export function targetIds({ links }: LinksNow): (id: SourceId) => TargetId | undefined {
  return (id) => {
    const link = links.get(id);
    return link === undefined || link.lifecycle === 'lost' ? undefined : link.targetId;
  };
}
