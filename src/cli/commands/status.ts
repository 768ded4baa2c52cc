import type { App } from '../../bridge/app.ts';
import type { CommandLine } from '../../bridge/command-line.ts';
import { statusJson } from '../../bridge/json/status.ts';
import { status as statusOf, type StatusAnswer, type TargetStatus } from '../../bridge/status.ts';
import { undoneCycle } from '../../core/planning/undo-id.ts';
import { driftText } from '../../core/wording/drift-counts.ts';
import { equalText } from '../../core/wording/exceptions.ts';
import { count, whole } from '../../core/wording/count.ts';
import { countsToDo, countsUndone } from '../../core/wording/operation-counts.ts';
import { pauseWords } from '../../core/wording/pause-words.ts';
import type { DirectoryState, TargetState, VerifiedRecord } from '../../ports/state-records.ts';
import type { LinkCounts } from '../../ports/state-store.ts';
import { commandLine } from '../command-line.ts';
import { leftoverLines } from '../leftover-lines.ts';
import { withApp, type CommandContext } from '../session.ts';
import { deciderText, eachOnce } from '../show-plan.ts';
import { showLearnedSettings } from '../show-settings.ts';
import { asItIs, printJson, type Terminal } from '../terminal.ts';
import { printable } from '../../core/wording/foreign.ts';
import { durationText, rejectedText, seatsText, strangersText, unresolvedText, unstoredText } from '../words.ts';

/** What is known about every target: from the state alone, so that it works with and without a running daemon. */
export async function status(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(
    context,
    () => undefined,
    async (app) => {
      const answer = await statusOf(app);
      if (options.json) printJson(terminal, statusJson(answer));
      else showStatus(answer, app, terminal, commandLine(context));
      return 0;
    },
  );
}

function showStatus(
  { directories, targets, notConfigured, unusableDecisions }: StatusAnswer,
  app: App,
  terminal: Terminal,
  call: CommandLine,
): void {
  const { colors, print, typed = asItIs } = terminal;
  for (const { directory, state } of directories) showDirectory(directory, state, app, terminal);
  for (const one of targets) show(one, app, terminal, call);
  for (const { name, links, remedy } of notConfigured)
    print(
      `${colors.bold(name)}: not in the configuration, ${count(links, 'link')} ${links === 1 ? 'is' : 'are'} remembered; ${typed(remedy)}`,
    );
  for (const { key, because } of unusableDecisions) {
    print(
      `decisions/${key}: ${because === 'untrusted' ? 'may have been written by somebody else: others may write there' : because === 'no_target' ? 'of an earlier version, for no target; decide again' : 'is no decision that can be read'}; it is passed over`,
    );
  }
}

function showDirectory(name: string, state: DirectoryState | undefined, app: App, { colors, print }: Terminal): void {
  const reading =
    state?.readingSince === undefined
      ? ''
      : colors.yellow(`; still reading since ${state.readingSince}, its targets wait`);
  if (state?.readAt === undefined) {
    print(`${colors.bold(name)}: ${colors.dim('not read yet')}${reading}`);
    return;
  }
  const age = durationText(Math.max(0, app.clock.now() - Date.parse(state.readAt)));
  print(
    `${colors.bold(name)}: ${count(state.users, 'user')} and ${count(state.groups, 'group')}, as of ${state.readAt} (${age} ago)${reading}`,
  );
  if (state.changes !== undefined) print(`  changes       ${state.changes}`);
}

function show(
  { target, state, counts, unstored, strangers, leftovers, refusals, notes, verified, waiting }: TargetStatus,
  app: App,
  terminal: Terminal,
  call: CommandLine,
): void {
  const { colors, print } = terminal;
  print(`${colors.bold(target)}: ${summary(state, counts, { unstored, strangers, verified }, colors)}`);
  const ago = (at: string | undefined) =>
    at === undefined ? 'never' : `${at} (${durationText(Math.max(0, app.clock.now() - Date.parse(at)))} ago)`;
  if (state.lastCycleAt !== undefined) print(`  last cycle    ${ago(state.lastCycleAt)}`);
  if (state.lastResult !== undefined) print(`  last success  ${ago(state.lastSuccessAt)}`);
  if (state.failing !== undefined)
    print(
      `  ${colors.red('failing')}       since ${ago(state.failing.since)}, in ${count(state.failing.cycles, 'cycle')}`,
    );
  if (state.lastError !== undefined) print(`  last error    ${state.lastError.code}, since ${state.lastError.since}`);
  showPause(target, state.quarantine, terminal, call);
  if (state.lastCycleAt !== undefined || hasLinks(counts)) showResources(counts, terminal);
  if (state.lastCycleAt === undefined) return;
  showLearnedSettings(notes.learned, terminal);
  const { pausedUntil } = notes.pace ?? {};
  if (pausedUntil !== undefined && Date.parse(pausedUntil) > app.clock.now())
    print(`  paused        until ${pausedUntil}: the target asked for it`);
  if (state.unresolved !== undefined) print(`  unresolved    ${unresolvedText(state.unresolved)}`);
  if (verified !== undefined) showVerifiedRecord(verified, ago(verified.at), terminal);
  if (Object.keys(unstored).length > 0) print(`  ${colors.yellow('not stored')}    ${unstoredText(unstored)}`);
  for (const { status, said, entries } of refusals)
    print(
      `  ${colors.yellow('refused')}       ${count(entries, 'entry')}${status === undefined ? '' : ` (HTTP ${status})`}: ${printable(said)}`,
    );
  if (state.rejected !== undefined)
    print(`  ${colors.yellow('not written')}   ${rejectedText(state.rejected)}; ${call('plan')} says why`);
  if (state.mislaid !== undefined)
    print(
      `  ${colors.yellow('not found')}     ${count(state.mislaid.count, 'account')} of people who must not have access any more; looked for again at ${state.mislaid.lookAt}, or at once by ${call('sync')}`,
    );
  for (const line of leftoverLines(leftovers)) print(`  ${colors.yellow('not ended')}     ${line}`);
  showSeats(state.seats, terminal);
  if (state.pending > 0) {
    const why = state.failing === undefined ? '' : `; ${call('log', '--failed')} says what failed`;
    print(`  pending       ${count(state.pending, 'change')}${why}`);
  }
  for (const { decision, holdId, by, at } of waiting)
    print(`  decided       ${decidedText(decision, holdId)} by ${deciderText(by)} at ${at}, waits for a cycle`);
  for (const { holdId, by, at, operations } of state.rejections ?? []) {
    print(
      `  ${colors.yellow('undone')}        ${countsUndone(operations)}, rejected by ${deciderText(by)} at ${at}; taken back by: ${call('approve', holdId)}`,
    );
  }
  if (state.held === undefined) return;
  const { held } = state;
  print(`  ${colors.red('held')}          ${countsToDo(held.operations)}`);
  print(`    since ${held.since}`);
  const lines = held.findings.map(findingLine);
  for (const line of eachOnce(lines)) print(`    ${line}`);
  print(`    release it with: ${colors.bold(call('approve', held.holdId))}`);
}

/** Before the first cycle there are some where the state was made again. */
function hasLinks(counts: LinkCounts): boolean {
  return Object.values(counts).some((own) => Object.values(own).some((number) => number > 0));
}

function showPause(
  target: string,
  pause: TargetState['quarantine'],
  { colors, print }: Terminal,
  call: CommandLine,
): void {
  if (pause === undefined) return;
  const { cause, since, attempts, retryAt } = pause;
  print(
    `  ${colors.red('quarantined')}   since ${since}: ${pauseWords[cause]}; ${count(attempts, 'attempt')}, asked again after ${retryAt}, or at once by ${call('retry', '--all', '--target', target)}`,
  );
}

function showSeats(seats: TargetState['seats'], { colors, print }: Terminal): void {
  if (seats === undefined) return;
  const { of, taken, waiting } = seats;
  if (waiting > 0) print(`  ${colors.yellow('seats')}         ${seatsText(seats)}`);
  else print(`  seats         ${whole(taken)} of ${whole(of)} are taken`);
}

/** What is tried again or taken back has an id that says so already. */
function decidedText(decision: string, id: string): string {
  if (decision === 'retry') return 'to try again what failed';
  return decision === 'undo' ? `to undo cycle ${undoneCycle(id)}` : `${decision} of ${id}`;
}

function showResources(counts: LinkCounts, { print }: Terminal): void {
  for (const type of ['user', 'group'] as const) {
    const { active, deactivated, lost, adopted, quarantined, leftDisabled } = counts[type];
    const parts = [
      `${active - leftDisabled} active`,
      `${deactivated} deactivated`,
      `${leftDisabled} left switched off (reactivateAdopted: false)`,
      `${adopted} adopted`,
      `${lost} lost`,
      `${quarantined} quarantined`,
    ];
    print(
      `  ${`${type}s`.padEnd(13)} ${parts.filter((part, index) => index < 2 || !part.startsWith('0 ')).join(', ')}`,
    );
  }
}

function summary(
  state: TargetState,
  counts: LinkCounts,
  others: Pick<TargetStatus, 'unstored' | 'strangers' | 'verified'>,
  colors: Terminal['colors'],
): string {
  switch (state.lastResult) {
    case undefined:
      return colors.dim('no cycle yet');
    case 'success':
      return (
        lacking(state, counts, others, colors) ??
        colors.green(state.pending === 0 ? 'in step' : `in step, with ${count(state.pending, 'change')} pending`)
      );
    case 'held':
      return colors.red('held by the guard');
    case 'partial':
      return colors.red(`not in step: ${count(state.pending, 'change')} pending after failures`);
    case 'interrupted':
      return colors.yellow(`interrupted: ${count(state.pending, 'change')} left for the next cycle`);
    case 'error':
      return colors.red('failing');
  }
}

/** What the last comparison came to. */
function showVerifiedRecord(
  { drift, unread, exceptions = {}, isGivenToCycle = false }: VerifiedRecord,
  at: string,
  { colors, print }: Terminal,
): void {
  const text = driftText(drift);
  const found = isGivenToCycle ? `${text}; given to a cycle` : `${text}; dir2scim verify shows it`;
  if (text !== '') print(`  ${colors.yellow('drift')}         ${found}, as of ${at}`);
  else if (unread > 0)
    print(`  ${colors.yellow('verified')}      ${count(unread, 'resource')} could not be read, as of ${at}`);
  else print(`  verified      ${equalText(exceptions)}, as of ${at}`);
}

/** What was found too much, in numbers: the state has nobody's name. */
function findingLine({
  kind,
  type,
  path,
  planned,
  recent,
  population,
  before,
  allowed,
}: NonNullable<TargetState['held']>['findings'][number]): string {
  const noun =
    kind === 'members' ? 'member' : kind === 'memberships' ? 'membership' : kind === 'emptied' ? 'group' : type;
  // What has no limit of its own is held whatever its number.
  const limit =
    before === undefined
      ? 'none is allowed'
      : `${whole(allowed)} of ${whole(population)} ${allowed === 1 ? 'is' : 'are'} allowed`;
  return `${kind}${path === undefined ? '' : ` of ${path}`}: ${count(planned, noun)}${recent > 0 ? `, after ${whole(recent)} in the last 24 hours` : ''}; ${limit}`;
}

/** What keeps a target from being wholly in step although no cycle failed. */
function lacking(
  { rejected = {}, unresolved, seats, rejections = [] }: TargetState,
  { user, group }: LinkCounts,
  { unstored, strangers, verified }: Pick<TargetStatus, 'unstored' | 'strangers' | 'verified'>,
  colors: Terminal['colors'],
): string | undefined {
  const unwritten = Object.values(rejected).reduce((sum, number) => sum + number, 0);
  if (unwritten > 0 && user.active + user.deactivated + group.active + group.deactivated === 0)
    return colors.red(
      `nothing is in step: ${unwritten === 1 ? 'the only entry in scope' : `all ${unwritten} entries in scope`} cannot be written`,
    );
  const parts = [
    ...(unwritten > 0 ? [`${unwritten} that cannot be written`] : []),
    ...(Object.keys(unstored).length > 0 ? ['what the target does not store'] : []),
    ...(strangers > 0 ? [strangersText(strangers)] : []),
    ...(verified !== undefined && driftText(verified.drift) !== '' ? ['what others changed there'] : []),
    ...(rejections.length > 0 ? ['what was rejected'] : []),
    ...(seats !== undefined && seats.waiting > 0 ? ['who waits for a seat'] : []),
    ...(unresolved === undefined ? [] : ['values that name no known entry']),
  ];
  return parts.length === 0 ? undefined : colors.yellow(`in step but for ${parts.join(', ')}`);
}
