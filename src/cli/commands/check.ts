import { check as checkAll } from '../../bridge/check.ts';
import { checkJson } from '../../bridge/json/check.ts';
import type { BridgeError } from '../../core/model/errors.ts';
import type { Finding } from '../../core/model/finding.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { progressObserver } from '../progress.ts';
import { interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { showDirectory, showTarget } from '../show-check.ts';
import { printJson, type Terminal } from '../terminal.ts';

/**
 * Tries everything that can be tried without writing. Exit code 0 all is well, 2 something has to be mended; warnings
 * count for that with `strict` alone.
 */
export async function check(
  options: { readonly target?: string; readonly json: boolean; readonly strict?: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const { json, target, strict = false } = options;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptibleReading(app, async (stopping) => {
      const answer = await checkAll(app, target, stopping);
      const { config, directories, targets } = answer;
      const told = new Told(terminal);
      if (json) printJson(terminal, checkJson(answer));
      else terminal.print(`${config}: valid`);
      for (const one of directories) {
        if (!json) showDirectory(one, terminal);
        told.tell(one.error);
      }
      for (const one of targets) {
        if (!json) showTarget(one, app, terminal);
        told.tell(one.error);
      }
      const findings = [...directories, ...targets].flatMap(({ findings: own = [] }) => own);
      const isWrong = told.any || findings.some(({ severity }) => severity === 'error' || strict);
      if (!json) showVerdict(findings, strict, terminal);
      return isWrong ? 2 : 0;
    }),
  );
}

/** Errors go to standard error, each once, beneath what they are about. */
class Told {
  readonly #lines = new Set<string>();
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get any(): boolean {
    return this.#lines.size > 0;
  }

  tell(error: BridgeError | undefined): void {
    if (error === undefined || this.#lines.has(error.line)) return;
    this.#lines.add(error.line);
    this.#terminal.note(error.line);
  }
}

function showVerdict(findings: readonly Finding[], strict: boolean, { print }: Terminal): void {
  const number = (severity: Finding['severity']) => findings.filter((one) => one.severity === severity).length;
  const parts = [
    ...(number('error') > 0 ? [count(number('error'), 'error')] : []),
    ...(number('warning') > 0 ? [count(number('warning'), 'warning')] : []),
  ];
  if (parts.length > 0)
    print(`${inWords(parts)}${number('warning') > 0 && !strict ? '; with --strict, warnings are errors' : ''}`);
}
