import { Command } from 'commander';
import { version } from '../version.ts';
import { typedHere } from './command-line.ts';
import { exampleText } from './help-examples.ts';
import type { DoctorCommandOptions } from './commands/doctor.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { LogOptions } from './commands/log.ts';
import type { SupportBundleOptions } from './commands/support-bundle.ts';
import type { SyncOptions } from './commands/sync.ts';
import type { RetryOptions } from './commands/retry.ts';
import type { UndoOptions } from './commands/undo.ts';
import type { VerifyOptions } from './commands/verify.ts';
import type { CommandContext } from './session.ts';
import { addCompletion } from './completion-program.ts';
import { addInit } from './init-program.ts';
import { addReport } from './report-program.ts';
import { addState } from './state-program.ts';
import type { Terminal } from './terminal.ts';

type Configured = { readonly config?: string };
type Given = Configured & SyncOptions;
type GivenDoctor = Configured & DoctorCommandOptions;
type Finish = (exitCode: number) => void;
type AddCommand = (name: string, description: string) => Command;
type ContextOf = (given: Configured) => CommandContext;

const json = ['--json', 'print the result as JSON', false] as const;
const target = ['--target <name>', 'only this target'] as const;
const full = ['--full', 'try everything again, also what failed or was not found before', false] as const;

/**
 * All commands with their options; each is loaded when it runs.
 *
 * @param finish told the exit code of the one that ran
 * @param onTyping told, before it runs, how texts that name commands are completed: for what it throws
 */
export function createProgram(
  terminal: Terminal,
  finish: Finish,
  onTyping: (typed: (text: string) => string) => void = () => undefined,
): Command {
  const contextOf = contextIn(terminal, onTyping);
  const program = new Command('dir2scim')
    .description(
      'Keeps cloud applications in step with an on-prem directory: LDAP / Active Directory in, SCIM 2.0 out.',
    )
    .version(version)
    .addHelpText('after', exampleText(''))
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        const what = text
          .replace(/^error: /, '')
          .trim()
          .replace(/\.$/, '')
          .replaceAll('\n', ' ');
        write(`D2S_USAGE: ${what} — dir2scim --help lists commands and options\n`);
      },
    });
  const begin = (parent: Command, name: string, description: string): Command =>
    parent
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'the configuration file (without it: DIR2SCIM_CONFIG, or dir2scim.yaml)')
      .addHelpText('after', exampleText(parent === program ? name : `${parent.name()} ${name}`))
      .exitOverride()
      .copyInheritedSettings(program);
  const command: AddCommand = (name, description) => begin(program, name, description);
  addInit(command('init', 'asks the directory, and writes a configuration to begin with'), contextOf, finish);
  addActing(command, contextOf, finish);
  addAmending(command, contextOf, finish);
  addTrying(command, contextOf, finish);
  addShowing(command, contextOf, finish);
  addSupport(command, contextOf, finish);
  const group = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', exampleText(name))
      .exitOverride()
      .copyInheritedSettings(program);
  addReport(group('report', 'what auditors ask for'), begin, contextOf, finish);
  const state = group('state', 'looks after the state: targets that moved, directories that became others');
  addState(state, begin, contextOf, finish);
  const notify = group('notify', 'webhooks that are told when something is held or fails');
  begin(notify, 'test', 'tells each of them, once and now, that this is a test')
    .option(...json)
    .action(async (given: Configured & { readonly json: boolean }) => {
      const { notifyTest } = await import('./commands/notify.ts');
      finish(await notifyTest(given, contextOf(given)));
    });
  addCompletion(program, contextOf, finish);
  return program;
}

/** What a command is given, by its arguments and the environment. */
function contextIn(terminal: Terminal, onTyping: (typed: (text: string) => string) => void): ContextOf {
  return (given) => {
    const config = given.config ?? process.env['DIR2SCIM_CONFIG'] ?? 'dir2scim.yaml';
    const configGiven = given.config !== undefined;
    const typed = typedHere({ config, configGiven });
    onTyping(typed);
    const note = (line: string): void => {
      terminal.note(typed(line));
    };
    return { terminal: { ...terminal, typed, note }, config, configGiven };
  };
}

/** Commands that change something. */
function addActing(command: AddCommand, contextOf: ContextOf, finish: Finish): void {
  command('run', 'the daemon: keeps every target in step until SIGTERM').action(async (given: Given) => {
    const { run } = await import('./commands/run.ts');
    finish(await run(contextOf(given)));
    // A request that ignores its signal must not keep the process alive.
    setTimeout(() => process.exit(), 1_000).unref();
  });
  command('sync', 'run one sync cycle and exit')
    .option(...full)
    .option(...target)
    .option(...json)
    .action(async (given: Given) => {
      const { sync } = await import('./commands/sync.ts');
      finish(await sync(given, contextOf(given)));
    });
  for (const decision of ['approve', 'reject'] as const) {
    command(decision, decision === 'approve' ? 'releases exactly this hold' : 'drops this hold: it stays undone')
      .argument('<hold-id>', 'the id that the hold, dir2scim plan and dir2scim status show')
      .option(...target)
      .option(...json)
      .action(async (holdId: string, given: Given) => {
        const { decide } = await import('./commands/decide.ts');
        finish(await decide(decision, holdId, given, contextOf(given)));
      });
  }
}

/** Commands that carry out what a person looked at, take it back, or try it again. */
function addAmending(command: AddCommand, contextOf: ContextOf, finish: Finish): void {
  command('undo', 'takes back what a cycle took away: reactivates, restores memberships, creates again')
    .argument('<cycle>', 'the id of the cycle, as sync and log show it')
    .option(...target)
    .option(...json)
    .action(async (cycle: string, given: Configured & UndoOptions) => {
      const { undo } = await import('./commands/undo.ts');
      finish(await undo(cycle, given, contextOf(given)));
    });
  command('apply', 'carries out exactly the plan of a file, or nothing')
    .argument('<file>', 'the file that plan --out wrote')
    .option(...json)
    .action(async (file: string, given: Configured & { readonly json: boolean }) => {
      const { apply } = await import('./commands/apply.ts');
      finish(await apply(file, given, contextOf(given)));
    });
  command('retry', 'tries again what failed, without waiting for its pause')
    .argument('[who]', 'a person or group: any name that explain knows, or a source id')
    .option('--all', 'everything that failed', false)
    .option(...target)
    .option(...json)
    .action(async (who: string | undefined, given: Configured & RetryOptions) => {
      const { retry } = await import('./commands/retry.ts');
      finish(await retry(who, given, contextOf(given)));
    });
}

/** The command that makes things in order to remove them. */
function addTrying(command: AddCommand, contextOf: ContextOf, finish: Finish): void {
  command('doctor', 'tries a target for real, with users and groups of its own that it removes again')
    .requiredOption('--target <name>', 'the target to try')
    .option('--write-profile <file>', 'write the profile that was learned')
    .option('--allow-leftovers', 'try also where users or groups cannot be deleted', false)
    .option(...json)
    .action(async (given: GivenDoctor) => {
      const { doctor } = await import('./commands/doctor.ts');
      finish(await doctor(given, contextOf(given)));
    });
}

/** What is sent to whoever helps. */
function addSupport(command: AddCommand, contextOf: ContextOf, finish: Finish): void {
  command('support-bundle', 'one file for whoever helps: what runs and how it is, with no person and no secret in it')
    .option('--out <file>', 'where to write it', 'dir2scim-support.json')
    .option('--force', 'also in place of a file that is there', false)
    .option('--json', 'print it, and write no file', false)
    .action(async (given: Configured & SupportBundleOptions) => {
      const { supportBundle } = await import('./commands/support-bundle.ts');
      finish(await supportBundle(given, contextOf(given)));
    });
}

/** Commands that only look. */
function addShowing(command: AddCommand, contextOf: ContextOf, finish: Finish): void {
  command('plan', 'prints what sync would do, and why; writes nothing')
    .option(...full)
    .option('--all', 'name everything, however much it is, also the accounts that nobody manages', false)
    .option('--out <file>', 'write the plan to a file that only you can read, for apply')
    .option(...target)
    .option(...json)
    .action(async (given: Given & { readonly all: boolean; readonly out?: string }) => {
      const { plan } = await import('./commands/plan.ts');
      finish(await plan(given, contextOf(given)));
    });
  command(
    'explain',
    'where one person or group stands, in a sentence and step by step: entry, scope, groups, mapping, link, what comes next',
  )
    .argument('<who>', 'a DN, userName, mail address, display name, sAMAccountName, uid, group name or source id')
    .option('--push', 'and carry out what is due for this one alone, now, also what is held or was rejected', false)
    .option('--yes', 'do not ask before that', false)
    .option(...target)
    .option(...json)
    .action(async (who: string, given: Configured & ExplainOptions) => {
      const { explain } = await import('./commands/explain.ts');
      finish(await explain(who, given, contextOf(given)));
    });
  command('verify', 'reads targets back and compares them with what should be there; writes nothing without --repair')
    .option('--repair', 'put right what drifted, under the guard', false)
    .option(...target)
    .option(...json)
    .action(async (given: Configured & VerifyOptions) => {
      const { verify } = await import('./commands/verify.ts');
      finish(await verify(given, contextOf(given)));
    });
  command('check', 'validates the configuration, and tries directories and targets without writing anything')
    .option('--strict', 'end with 2 for warnings, too', false)
    .option(...target)
    .option(...json)
    .action(async (given: Given) => {
      const { check } = await import('./commands/check.ts');
      finish(await check(given, contextOf(given)));
    });
  command('log', 'the provisioning log: what was sent, what came of it, and what made it')
    .option('--who <who>', 'only this person or group: any name that explain knows, or the name on the target')
    .option(...target)
    .option('--since <time>', 'only after this: a duration (90m, 12h, 30d) back from now, or a date (ISO 8601)')
    .option('--cycle <id>', 'only this cycle: its id is in what sync prints, and in the log')
    .option('--failed', 'only what failed', false)
    .option('-f, --follow', 'go on with what is logged from now on', false)
    .option('--json', 'print one JSON object a line', false)
    .action(async (given: Configured & LogOptions) => {
      const { log } = await import('./commands/log.ts');
      finish(await log(given, contextOf(given)));
    });
  command('status', 'what is in step, pending, held or failing')
    .option(...json)
    .action(async (given: Given) => {
      const { status } = await import('./commands/status.ts');
      finish(await status(given, contextOf(given)));
    });
}
