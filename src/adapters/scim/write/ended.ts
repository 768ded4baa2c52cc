import { readActive } from '../../../core/mapping/active.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import type { Body } from '../shared/message.ts';

/**
 * What an account that was to be switched off says of itself:
 *
 * | `active`                                                  |         |
 * |-----------------------------------------------------------|---------|
 * | a word for inactive                                       | off     |
 * | a word for active                                         | on      |
 * | a word that is not known ("pending")                      | unclear |
 * | none or null, at a target that was seen to show it        | unclear |
 * | none or null, at a target that was never seen to show it  | mute    |
 *
 * Only `off` is an end. What is `mute` cannot be looked into: the target's word has to do, and is counted as not shown.
 */
export type Ended = 'off' | 'on' | 'unclear' | 'mute';

export function endOf(body: Body, { evidence }: Pick<TargetDialect, 'evidence'>): Ended {
  const shown = readActive(body);
  noteActive(body, { evidence });
  if (shown !== undefined) return shown ? 'on' : 'off';
  return readScimPath(body, activePath) !== undefined || evidence.has(shows) ? 'unclear' : 'mute';
}

/** Notes that a target shows of an account whether it is active, so that its silence says something later on. */
export function noteActive(body: Body | undefined, { evidence }: Pick<TargetDialect, 'evidence'>): void {
  if (body === undefined || readActive(body) === undefined) return;
  evidence.note(shows);
  evidence.drop(mute);
}

export function tellsActive({ evidence }: Pick<TargetDialect, 'evidence'>): boolean {
  return evidence.has(shows);
}

/** Notes that an account, as it was read, leaves open whether it is active. */
export function noteMute({ evidence }: Pick<TargetDialect, 'evidence'>): void {
  evidence.note(mute);
}

/** Whether the target leaves open, in all that was seen, if an account is active. */
export function isMute({ evidence }: Pick<TargetDialect, 'evidence'>): boolean {
  return evidence.has(mute);
}

const shows = 'shows whether accounts are active';
const mute = 'does not show whether accounts are active';
const activePath = scimPath('active');
