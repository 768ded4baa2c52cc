import type { SourceId } from '../core/model/entry.ts';
import { comebacks } from '../core/planning/comebacks.ts';
import type { StateView } from '../ports/state-store.ts';

/** When access began and ended last, as the provisioning log has it. */
export interface AccessTimes {
  /** ISO 8601 each. */
  readonly of: (target: string, id: SourceId) => { readonly given?: string; readonly ended?: string };
}

/** Walks once through what is kept of the log. */
export async function readAccessTimes(
  targets: readonly string[],
  store: Pick<StateView, 'logged'>,
  signal: AbortSignal,
): Promise<AccessTimes> {
  const times = new Map(targets.map((target) => [target, new Map<SourceId, { given?: string; ended?: string }>()]));
  for await (const batch of store.logged(0)) {
    signal.throwIfAborted();
    for (const { target, type, sourceId, verb, outcome, at } of batch) {
      const own = times.get(target);
      if (own === undefined || type !== 'user' || outcome !== 'applied') continue;
      if (comebacks.has(verb)) own.set(sourceId, { given: at });
      else if (verb === 'deactivate') own.set(sourceId, { ...own.get(sourceId), ended: at });
    }
  }
  return { of: (target, id) => times.get(target)?.get(id) ?? {} };
}
