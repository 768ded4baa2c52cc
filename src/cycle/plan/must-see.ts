import { dnKey } from '../../core/directory/dn.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

/**
 * Whether the readings show every entry without which the target believes none of them: a reading that is complete by all
 * that the server says may still come from an account that lost its rights, or from the wrong server.
 *
 * @throws BridgeError D2S_ENTRY_NOT_SEEN
 */
export function checkMustSee(
  { target, mustSee }: Pick<TargetSetup, 'target' | 'mustSee'>,
  readings: readonly CompleteReading[],
): void {
  const missing = mustSee.filter((wanted) => !readings.some((reading) => shows(reading, wanted)));
  if (missing.length === 0) return;
  throw new BridgeError(
    'D2S_ENTRY_NOT_SEEN',
    `guard.mustSee of target ${target.name}: no directory shows ${missing.join(' or ')}, without which no reading is believed`,
    'see whether the bind account may read it, and whether the server is the right one; it must lie in the bases and match the filter of users or groups. When it is gone for good, name another entry',
  );
}

function shows({ entries }: CompleteReading, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  // Nearly always the spelling is the server's; every DN is taken apart only when it is not.
  if (Iterator.from(entries).some(({ id, dn }) => id === text || dn.toLowerCase() === text)) return true;
  const key = text.includes('=') ? dnKey(wanted) : undefined;
  return key !== undefined && Iterator.from(entries).some(({ dn }) => dnKey(dn) === key);
}
