import { errorJson } from '../../bridge/json/error.ts';
import { verifyJson } from '../../bridge/json/verify.ts';
import { verify as verifyTargets, type VerifiedOne, type VerifyAnswer } from '../../bridge/verify.ts';
import { commandLine } from '../command-line.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { exitCodeOf } from '../show-report.ts';
import { showVerified } from '../show-verified.ts';
import { printJson } from '../terminal.ts';

export interface VerifyOptions {
  readonly target?: string;
  readonly repair: boolean;
  readonly json: boolean;
}

/**
 * Reads targets back and prints what is not as it should be; writes nothing without `--repair`. Exit code 0 equal or put
 * right, 10 drift, 1 not everything could be compared or put right, 3 something of it is held.
 */
export async function verify(options: VerifyOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (ending) => {
      const answer = await verifyTargets(app, options, ending);
      const call = commandLine(context);
      if (options.json)
        printJson(terminal, {
          targets: answer.targets.map((one) => verifyJson(one, call)),
          errors: answer.failures.map(errorJson),
        });
      else for (const one of answer.targets) showVerified(one, terminal, call);
      for (const error of answer.failures) terminal.note(error.line);
      return exitCode(answer);
    }),
  );
}

function exitCode({ targets, failures }: VerifyAnswer): number {
  const [failure] = failures;
  if (failure !== undefined) return failure.exitCode;
  const codes = targets.map(codeOf);
  return [1, 3, 10].find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0;
}

function codeOf({ verified: { drift, notCompared }, repair }: VerifiedOne): number {
  if (notCompared.left + notCompared.unread > 0) return 1;
  if (repair === undefined) return drift.length > 0 ? 10 : 0;
  const code = exitCodeOf([repair.report]);
  const unseated = new Set(repair.report.unseated.map(({ sourceId }) => sourceId));
  const isLeft =
    repair.notTaken.length > 0 ||
    drift.some(({ kinds, sourceId }) => kinds.includes('identity') || unseated.has(sourceId));
  return code === 0 && isLeft ? 10 : code;
}
