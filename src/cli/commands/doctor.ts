import { doctor as examine } from '../../bridge/doctor.ts';
import { doctorJson } from '../../bridge/json/doctor.ts';
import { pathFor } from '../path-for.ts';
import { checkPlace, writeProfile } from '../profile-file.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { showExamination } from '../show-examination.ts';
import { printJson } from '../terminal.ts';
import { createTrialBar } from '../trial-bar.ts';

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
  const { target, writeProfile: file, allowLeftovers, json } = options;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (ending) => {
      if (file !== undefined) await checkPlace(file);
      const bar = createTrialBar(terminal, app.clock);
      app.listen((event) => {
        if (event.kind === 'scim_request') bar.request();
      });
      const answer = await examine(
        app,
        {
          target,
          allowLeftovers,
          onStart: bar.start,
          onFinding: ({ subject }) => {
            bar.step(subject);
          },
        },
        ending,
      ).finally(bar.stop);
      if (json) printJson(terminal, doctorJson(answer));
      else showExamination(answer, terminal);
      if (answer.error !== undefined) throw answer.error;
      if (file !== undefined) {
        await writeProfile(file, answer.profile);
        terminal.note(
          `${file} is written; to use it, say in the target: profile: ${profilePath(context.config, file)}`,
        );
      }
      return answer.isFine ? 0 : 1;
    }),
  );
}

/** A name without a folder would be taken for a profile that comes with dir2scim. */
function profilePath(configuration: string, file: string): string {
  const path = pathFor(configuration, file);
  return path.includes('/') || path.includes('\\') ? path : `./${path}`;
}
