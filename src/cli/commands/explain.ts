import { explain as explainWho, explainAndPush, type ExplainAnswer } from '../../bridge/explain.ts';
import { errorJson } from '../../bridge/json/error.ts';
import { explanationJson } from '../../bridge/json/explanation.ts';
import { pushJson } from '../../bridge/json/push.ts';
import type { Pushed } from '../../bridge/push-explained.ts';
import { commandLine } from '../command-line.ts';
import { shellUser } from '../decider.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { showExplanation } from '../show-explanation.ts';
import { isPushWanted, showPush } from '../show-push.ts';
import { printJson } from '../terminal.ts';

export interface ExplainOptions {
  readonly target?: string;
  readonly json: boolean;
  readonly push?: boolean;
  readonly yes?: boolean;
}

/** One person or group, step by step. Exit code 0, 1 when nobody is found, or something of a push failed. */
export async function explain(who: string, options: ExplainOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { target, json, push = false, yes = false } = options;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (shutdown) => {
      const call = commandLine(context);
      const show = ({ targets }: ExplainAnswer): void => {
        if (!json) for (const one of targets) showExplanation(one, who, terminal, call);
      };
      const answer: ExplainAnswer & { readonly pushed?: readonly Pushed[] } = push
        ? await explainAndPush(
            app,
            { who, target, by: shellUser(), isWanted: (due) => isPushWanted(due, yes, terminal), onExplained: show },
            shutdown,
          )
        : await explainWho(app, { who, target }, shutdown.stopping);
      if (!push) show(answer);
      const { targets, failures, pushed } = answer;
      if (json)
        printJson(terminal, {
          who,
          targets: targets.map((one) => explanationJson(one, who)),
          errors: failures.map(errorJson),
          ...(pushed === undefined ? {} : { pushed: pushed.map(pushJson) }),
        });
      else for (const one of pushed ?? []) showPush(one, terminal, call);
      for (const error of failures) terminal.note(error.line);
      return failures[0]?.exitCode ?? (isAllPushed(pushed ?? []) ? 0 : 1);
    }),
  );
}

function isAllPushed(pushed: readonly Pushed[]): boolean {
  return pushed.every(({ report }) => report === undefined || report.failed.length + report.notStarted === 0);
}
