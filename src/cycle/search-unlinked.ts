import type { SourceId } from '../core/model/entry.ts';
import type { ReasonCode, Rejected, Resource } from '../core/model/resource.ts';
import type { StateView, Trouble } from '../ports/state-store.ts';
import { isPaused, troubleAfter } from './back-off.ts';
import { correlate, type Correlation } from './correlate.ts';
import type { TargetSetup } from './target-setup.ts';

/**
 * How persistent a cycle is. `due`: what failed before is left alone until its pause is over. `asked`: a person wants
 * it tried now. `everything`: and whoever was not found on the target is looked for again.
 */
export type Attempt = 'due' | 'asked' | 'everything';

export interface SearchInput {
  readonly setup: TargetSetup;
  readonly unlinked: readonly Resource[];
  readonly store: StateView;
  readonly troubles: ReadonlyMap<SourceId, Trouble>;
  readonly attempt: Attempt;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface SearchResult extends Correlation {
  /** What the search found in the way, to be remembered so that the next cycle need not ask again. */
  readonly troubles: readonly Trouble[];
}

/** Causes that come from a search, and so spare the next one. */
const searchCauses: ReadonlySet<Trouble['cause']> = new Set<ReasonCode | 'inactive'>([
  'inactive',
  'ambiguous_match',
  'match_taken',
  'adoption_off',
  'search_refused',
]);

/**
 * Looks on the target for those without a link. Whoever was looked for in vain and has not changed since is not looked
 * for in every cycle: no change means no request.
 */
export async function searchUnlinked(input: SearchInput): Promise<SearchResult> {
  const { setup, store, now } = input;
  const name = setup.target.name;
  const intents = new Set((await store.openIntents(name)).map((intent) => intent.sourceId));
  const wanted: Resource[] = [];
  const standing: Rejected[] = [];
  for (const resource of input.unlinked) {
    const trouble = input.troubles.get(resource.sourceId);
    if (intents.has(resource.sourceId) || trouble === undefined || !isSpared(trouble, resource, input)) wanted.push(resource);
    else if (trouble.cause !== 'inactive') standing.push(stillRejected(resource, trouble));
  }
  const { matches, rejected } = await correlate(wanted, setup.target, setup.policy, store, intents, input.signal);
  const causes = new Map<SourceId, Trouble['cause']>();
  for (const { sourceId, reasons } of rejected) causes.set(sourceId, reasons[0]?.code ?? 'ambiguous_match');
  for (const resource of wanted) {
    if (causes.has(resource.sourceId) || matches.has(resource.sourceId) || setup.createInactive) continue;
    if (resource.attributes.get('active') === false) causes.set(resource.sourceId, 'inactive');
  }
  const troubles = wanted.flatMap((resource) => {
    const cause = causes.get(resource.sourceId);
    if (cause === undefined) return [];
    const { type, sourceId } = resource;
    const failed = { target: name, type, sourceId, cause, fingerprint: matchFingerprint(resource, input) };
    return [troubleAfter(input.troubles.get(sourceId), failed, now)];
  });
  return { matches, rejected: [...standing, ...rejected], troubles };
}

function isSpared(trouble: Trouble, resource: Resource, input: SearchInput): boolean {
  if (!searchCauses.has(trouble.cause) || input.attempt === 'everything') return false;
  if (input.attempt === 'asked' && trouble.cause !== 'inactive') return false;
  return isPaused(trouble, matchFingerprint(resource, input), input.now);
}

/** Changes when the entry could match someone else. */
function matchFingerprint({ type, attributes }: Resource, { setup, store }: SearchInput): string {
  const values = setup.policy[type].match.map((path) => attributes.get(path) ?? null);
  return store.digest(JSON.stringify([values, attributes.get('active') ?? null]));
}

function stillRejected(resource: Resource, trouble: Trouble): Rejected {
  const { sourceId, directory, type, label, attributes } = resource;
  const text = `${trouble.cause} as of ${trouble.since}; it is looked at again after ${trouble.retryAt}, or at once by dir2scim sync`;
  const code = trouble.cause as ReasonCode; // a search cause other than `inactive`
  return { sourceId, directory, type, label, active: attributes.get('active') !== false, reasons: [{ code, text }] };
}
