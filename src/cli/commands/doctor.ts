import { trialCount, type Examination } from '../../adapters/scim/doctor/doctor.ts';
import type { ComposedApp } from '../../app.ts';
import { profileDialect } from '../../config/profile.ts';
import { BridgeError, toBridgeError } from '../../core/model/errors.ts';
import { targetError } from '../../cycle/shared/target-error.ts';
import type { Shutdown } from '../../daemon/shutdown.ts';
import { isFailure } from '../../ports/scim-target.ts';
import { checkPlace, profileText, writeProfile } from '../profile-file.ts';
import { progressObserver } from '../progress.ts';
import { chosenTargets } from '../../bridge/targets.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { showExamination } from '../show-examination.ts';
import { printJson } from '../terminal.ts';
import { startTrialBar } from '../trial-bar.ts';

export interface DoctorCommandOptions {
  readonly target: string;
  readonly writeProfile?: string;
  readonly allowLeftovers: boolean;
  readonly json: boolean;
}

/**
 * Tries a target out with users and groups of its own, and removes them. Exit code 0: whatever the bridge needs works,
 * perhaps in another dialect; 1: it does not, it was ended, or something was left behind.
 */
export async function doctor(options: DoctorCommandOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (shutdown) => {
      const [name = ''] = chosenTargets(app, options.target);
      checkTarget(app, name, options.allowLeftovers);
      if (options.writeProfile !== undefined) await checkPlace(options.writeProfile);
      const examination = await examine(app, name, options, context, shutdown);
      const { ended, says, ...rest } = examination;
      const profile = profileText(app.configuration.targets.get(name)?.url ?? '', app.clock.now(), says);
      if (options.json) printJson(terminal, { ...rest, profile: says });
      else showExamination(examination, ended === undefined ? profile : undefined, terminal);
      if (shutdown.stopping.aborted)
        throw new BridgeError(
          'D2S_INTERRUPTED',
          'stopped before everything was tried',
          'what was made is removed, unless it stands above',
        );
      if (ended !== undefined) throw toBridgeError(ended);
      if (options.writeProfile !== undefined) {
        await writeProfile(options.writeProfile, profile);
        terminal.note(`${options.writeProfile} is written: profile: ./FILE, relative to the configuration, uses it`);
      }
      return exitCodeOf(examination, options.allowLeftovers);
    }),
  );
}

function exitCodeOf({ findings, leftovers }: Examination, allowLeftovers: boolean): number {
  return findings.some(({ blocks }) => blocks === true) || (leftovers.length > 0 && !allowLeftovers) ? 1 : 0;
}

async function examine(
  app: ComposedApp,
  name: string,
  { allowLeftovers }: DoctorCommandOptions,
  { terminal }: CommandContext,
  { stopping, aborting }: Shutdown,
): Promise<Examination> {
  const bar = startTrialBar(trialCount, terminal);
  const examiner = await app.openDoctor(name, {
    allowLeftovers,
    onFinding: ({ subject }) => {
      bar.step(subject);
    },
  });
  try {
    const examination = await examiner.examine(stopping, aborting);
    if (isFailure(examination)) throw targetError(name, examination);
    return examination;
  } finally {
    bar.stop();
    await examiner.close();
  }
}

/** @throws BridgeError D2S_USAGE when what is made could not be removed, as far as the profile knows */
function checkTarget(app: ComposedApp, name: string, allowLeftovers: boolean): void {
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
