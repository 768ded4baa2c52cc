import { profileDialect } from '../config/profile.ts';
import { profileText } from '../config/profile-text.ts';
import { BridgeError, toBridgeError } from '../core/model/errors.ts';
import { targetError } from '../cycle/shared/target-error.ts';
import { isFailure } from '../ports/scim-target.ts';
import type { Examination, TrialFinding } from '../ports/target-doctor.ts';
import type { App } from './app.ts';
import type { Ending } from './sync.ts';
import { chosenTargets } from './targets.ts';

export interface DoctorRequest {
  readonly target: string;
  /** Goes on although what it makes cannot be removed. */
  readonly allowLeftovers: boolean;
  /** Told how many trials there are, before the first. */
  readonly onStart: (trials: number) => void;
  readonly onFinding: (finding: TrialFinding) => void;
}

export interface DoctorAnswer {
  readonly examination: Examination;
  /** A profile's file that says what was learned. */
  readonly profile: string;
  /** Whatever the bridge needs works, and nothing is left behind that was not allowed to. */
  readonly isFine: boolean;
  /** What ended it before everything was tried. */
  readonly error: BridgeError | undefined;
}

/**
 * Tries a target out with users and groups of its own, and removes them.
 *
 * @throws BridgeError D2S_USAGE when there is no such target, or what is made could not be removed
 */
export async function doctor(app: App, request: DoctorRequest, ending: Ending): Promise<DoctorAnswer> {
  const [name = ''] = chosenTargets(app, request.target);
  checkTarget(app, name, request.allowLeftovers);
  const examination = await examine(app, name, request, ending);
  const { findings, leftovers, says, ended } = examination;
  return {
    examination,
    profile: profileText(app.configuration.targets.get(name)?.url ?? '', app.clock.now(), says),
    isFine: findings.every(({ blocks }) => blocks !== true) && (leftovers.length === 0 || request.allowLeftovers),
    error: ending.stopping.aborted ? interrupted() : ended === undefined ? undefined : toBridgeError(ended),
  };
}

function interrupted(): BridgeError {
  return new BridgeError(
    'D2S_INTERRUPTED',
    'stopped before everything was tried',
    'what was made is removed, unless it stands above',
  );
}

async function examine(
  app: App,
  name: string,
  { allowLeftovers, onStart, onFinding }: DoctorRequest,
  { stopping, aborting }: Ending,
): Promise<Examination> {
  const examiner = await app.openDoctor(name, { allowLeftovers, onFinding });
  try {
    onStart(examiner.trials);
    const examination = await examiner.examine(stopping, aborting);
    if (isFailure(examination)) throw targetError(name, examination);
    return examination;
  } finally {
    await examiner.close();
  }
}

/** @throws BridgeError D2S_USAGE when what is made could not be removed, as far as the profile knows */
function checkTarget(app: App, name: string, allowLeftovers: boolean): void {
  const profile = app.configuration.targets.get(name)?.profile;
  if (profile === undefined) return;
  const { protocol, users, groups } = profileDialect(profile);
  if (protocol === '1.1')
    throw new BridgeError('D2S_USAGE', `target ${name} speaks SCIM 1.1`, 'doctor knows what to try in SCIM 2.0 only');
  const stays = [
    ...(users.deletion === 'none'
      ? ['users cannot be deleted']
      : users.deletion === 'deactivates'
        ? ['DELETE only deactivates users']
        : []),
    ...(groups.deletion === 'none' && groups.create && groups.supported !== 'off' ? ['groups cannot be deleted'] : []),
  ];
  if (stays.length === 0 || allowLeftovers) return;
  throw new BridgeError(
    'D2S_USAGE',
    `at target ${name} ${stays.join(' and ')}, says profile ${profile.name}: what doctor makes would stay`,
    '--allow-leftovers tries all the same, deactivates what stays, and names it at the end',
  );
}
