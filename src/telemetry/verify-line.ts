import { driftText } from '../core/wording/drift-counts.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';

type VerifyEvent = Extract<CycleEvent, { kind: 'verified' | 'verify_failed' }>;

/** Logs what a comparison came to: numbers alone. A warning where something differs. */
export function verifyLine(log: Log, event: VerifyEvent): void {
  const { kind, target } = event;
  if (event.kind === 'verify_failed') {
    const { code, message, remedy } = event;
    log.error(
      { event: kind, target, code },
      `target ${target} could not be compared: ${message}${remedy === undefined ? '' : `; ${remedy}`}`,
    );
    return;
  }
  const { verified, milliseconds, isNews } = event;
  const { compared, drift, foreign, unread, isGivenToCycle } = verified;
  const fields = { event: kind, target, compared, drift, foreign, unread, isGivenToCycle, milliseconds };
  if (!isNews) log.trace(fields);
  else if (driftText(drift) === '')
    log.info(fields, `target ${target}: ${compared.user + compared.group} resources compared, as they should be`);
  else
    log.warn(
      fields,
      `target ${target}: others changed what is managed there (${driftText(drift)}); ${isGivenToCycle ? 'given to the next cycle, under the guard' : `dir2scim verify --target ${target} shows it`}`,
    );
}
