import { count } from '../../core/wording/count.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { ScimTarget } from '../../ports/scim-target.ts';
import { ownWords, publicWords, targetError } from './target-error.ts';

/** Entries of one type that could not be looked for on the target: they wait, and everything else goes on. */
export interface UnreachedEntries {
  readonly type: ResourceType;
  readonly count: number;
  /** The last one. */
  readonly failure: Failure;
}

/** Newcomers about whom nothing is planned: who could not be looked for, and what the target has no place for. */
export function unplanned(
  {
    unreached,
    leftOut,
  }: {
    readonly unreached: ReadonlyMap<SourceId, { readonly failure: Failure }>;
    readonly leftOut: ReadonlySet<SourceId>;
  },
  resources: readonly Pick<Resource, 'sourceId' | 'type'>[],
): { readonly unreached: UnreachedEntries[]; readonly leftOut: number } {
  const entries = (['user', 'group'] as const).flatMap((type): UnreachedEntries[] => {
    const own = resources.flatMap((resource) =>
      resource.type === type ? (unreached.get(resource.sourceId) ?? []) : [],
    );
    const last = own.at(-1);
    return last === undefined ? [] : [{ type, count: own.length, failure: last.failure }];
  });
  return { unreached: entries, leftOut: leftOut.size };
}

/**
 * Why somebody could not be looked for: a target that answers nothing else either is down, or no SCIM service, and is
 * told as that; one that answers failed for these.
 */
export async function explainUnreached(
  target: Pick<ScimTarget, 'name' | 'probe'>,
  entries: readonly UnreachedEntries[],
  signal: AbortSignal,
): Promise<BridgeError | undefined> {
  if (entries.length === 0) return undefined;
  const result = await target.probe(signal);
  return result.kind === 'failed' ? targetError(target.name, result.failure) : unreachedError(target.name, entries);
}

/** For whoever asked for the cycle; its target answers other things. */
export function unreachedError(target: string, entries: readonly UnreachedEntries[]): BridgeError | undefined {
  if (entries.length === 0) return undefined;
  const what = entries
    .map(({ type, count: number, failure }) => `${count(number, type)} (${publicWords(failure)})`)
    .join(' and ');
  return new BridgeError(
    'D2S_SEARCH_FAILED',
    `target ${target} could not be asked about ${what}`,
    'they wait, for nobody is created without having looked; everything else went on, and the next cycle looks again',
    undefined,
    entries.map(({ failure }) => ownWords(failure)).find((words) => words !== undefined),
  );
}
