import type { SourceId } from '../../core/model/entry.ts';
import type { Failure, FailureClass } from '../../core/model/outcome.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { Share } from '../../core/memory/shares.ts';
import { isFailure } from '../../ports/scim-target.ts';
import { forEachConcurrently } from '../shared/work.ts';

/** Whether a search failed on its way: nobody knows who is there, and the same search may work next time. */
export function isUnreached({ class: failureClass }: Failure): boolean {
  return !aboutSearch.has(failureClass);
}
const aboutSearch: ReadonlySet<FailureClass> = new Set(['unsupported', 'rejected']);

/** Somebody of whom the target could not be asked now. */
export interface Unreached {
  readonly failure: Failure;
  /** False: others could not be asked about either, so that it was not even tried. */
  readonly asked: boolean;
}

/**
 * So many look-ups that fail without one between them that works, and the others are not made. One that waited long has
 * waited long enough for all. `later` is also how many may be refused in the same words: such a target answers nobody.
 */
const mostInARow = { first: 3, later: 20 };

export interface LookUps<MatchFinding> {
  readonly findings: ReadonlyMap<SourceId, MatchFinding | Failure>;
  /** The last one that failed on its way: what the others were spared for. */
  readonly last: Failure | undefined;
}

/**
 * Looks each of them up. One look-up that fails says nothing about the others; when the first one fails after a
 * long wait, the first three fail, or 20 in a row later on, 20 in a row are refused in the same words, or the target wants
 * to be left alone, nobody else is asked about: they are not among the findings.
 *
 * @param memory for what is found and kept until the cycle ends, and how much of it a finding takes
 * @param width how many look-ups may run side by side
 */
export async function lookUpEach<MatchFinding>(
  resources: readonly Resource[],
  lookUp: (resource: Resource) => Promise<MatchFinding | Failure>,
  { kept, sizeOf }: { readonly kept: Share; readonly sizeOf: (finding: MatchFinding) => number },
  width: number,
  signal: AbortSignal,
): Promise<LookUps<MatchFinding>> {
  const findings = new Map<SourceId, MatchFinding | Failure>();
  let inARow = 0;
  let alike = 0;
  let said: string | undefined;
  let last: Failure | undefined;
  const ask = async (resource: Resource): Promise<void> => {
    const finding = await lookUp(resource);
    findings.set(resource.sourceId, finding);
    const isLost = isFailure(finding) && isUnreached(finding);
    // Told to wait, all others are as well.
    inARow = !isLost ? 0 : finding.class === 'throttled' ? Infinity : inARow + 1;
    if (isLost) last = finding;
    const refusal = isFailure(finding) && !isLost ? `${finding.status ?? ''} ${finding.detail}` : undefined;
    alike = refusal === undefined ? 0 : refusal === said ? alike + 1 : 1;
    said = refusal;
    if (isFailure(finding) && alike >= mostInARow.later) last = finding;
    if (!isFailure(finding) && !kept.take(sizeOf(finding))) {
      inARow = Infinity;
      last ??= { class: 'transient', detail: 'what was found so far is as much as is kept at once' };
    }
  };
  // One after the other until one works: a target that is down is not asked by all callers at once.
  let tried = 0;
  for (const resource of resources.slice(0, mostInARow.first)) {
    await ask(resource);
    tried += 1;
    if (inARow === 0 || inARow === Infinity) break;
    if (last?.late === true) inARow = Infinity;
    if (inARow === Infinity) break;
  }
  const most = inARow === tried ? mostInARow.first : mostInARow.later;
  await forEachConcurrently(
    resources.slice(tried),
    width,
    () => signal.aborted || inARow >= most || alike >= mostInARow.later,
    ask,
  );
  signal.throwIfAborted();
  return { findings, last };
}
