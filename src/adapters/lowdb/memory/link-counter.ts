import type { ResourceType } from '../../../core/model/entry.ts';
import type { LinkCounts } from '../../../ports/state-store.ts';
import type { LinkFacts } from './link-record.ts';

type Counts = Record<ResourceType, Record<keyof LinkCounts[ResourceType], number>>;

/** What is counted of the links of a target. */
export class LinkCounter {
  readonly #unstored = new Map<string, number>();
  readonly #directories = new Map<string, number>();
  readonly #counts: Counts = {
    user: { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 },
    group: { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 },
  };

  get unstored(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#unstored].sort());
  }

  get counts(): LinkCounts {
    return { user: { ...this.#counts.user }, group: { ...this.#counts.group } };
  }

  /** How many links come from which directory. */
  get directories(): ReadonlyMap<string, number> {
    return this.#directories;
  }

  count(link: LinkFacts, by: 1 | -1): void {
    const counts = this.#counts[link.type];
    counts[link.lifecycle] += by;
    if (link.origin === 'adopted') counts.adopted += by;
    if (link.leftDisabled === true) counts.leftDisabled += by;
    for (const path of link.unstored ?? []) add(this.#unstored, path, by);
    add(this.#directories, link.directory, by);
  }

  quarantine(type: ResourceType, by: 1 | -1): void {
    this.#counts[type].quarantined += by;
  }
}

function add(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const left = (counts.get(key) ?? 0) + by;
  if (left === 0) counts.delete(key);
  else counts.set(key, left);
}
