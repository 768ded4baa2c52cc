import { driftText } from '../core/wording/drift-counts.ts';
import { count } from '../core/wording/count.ts';
import { equalText } from '../core/wording/exceptions.ts';
import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';

type VerifyEvent = Extract<CycleEvent, { kind: 'verified' | 'verify_failed' }>;

/** Logs what a comparison came to: numbers alone. A warning where something differs, or could not be read. */
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
  const { compared, drift, foreign, unread, exceptions = {}, isGivenToCycle } = verified;
  const fields = { event: kind, target, compared, drift, foreign, unread, exceptions, isGivenToCycle, milliseconds };
  const resources = count(compared.user + compared.group, 'resource');
  if (!isNews) log.trace(fields);
  else if (driftText(drift) === '' && unread > 0)
    log.warn(
      fields,
      `target ${target}: ${resources} compared, none changed there by others; ${count(unread, 'resource')} could not be read`,
    );
  else if (driftText(drift) === '')
    log.info(fields, `target ${target}: ${resources} compared, ${equalText(exceptions)}`);
  else
    log.warn(
      fields,
      `target ${target}: others changed what is managed there (${driftText(drift)}); ${isGivenToCycle ? 'given to the next cycle, under the guard' : `dir2scim verify --target ${target} shows it`}`,
    );
}
