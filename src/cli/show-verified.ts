import type { CommandLine } from '../bridge/command-line.ts';
import type { VerifiedOne } from '../bridge/verify.ts';
import { shortPath } from '../core/mapping/scim-path.ts';
import { heldText } from '../core/mapping/scim-values.ts';
import { goesOnForHours, type Drift, type Exceptions, type ValueDrift } from '../core/model/drift.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import { count, inWords } from '../core/wording/count.ts';
import { equalText } from '../core/wording/exceptions.ts';
import { printable } from '../core/wording/foreign.ts';
import { countsUndone } from '../core/wording/operation-counts.ts';
import type { VerifiedTarget } from '../cycle/verify-target.ts';
import type { Continued } from '../cycle/verify/compared-before.ts';
import type { NotCompared } from '../cycle/verify/not-compared.ts';
import { fit, wrap } from './layout.ts';
import { showReport } from './show-report.ts';
import type { Terminal } from './terminal.ts';
import { rejectedText, resourceTypeName } from './words.ts';

/** What a target has against what it should have, for a person: first what drifted, then what could not be compared. */
export function showVerified({ verified, repair }: VerifiedOne, terminal: Terminal, call: CommandLine): void {
  const { colors, print, width } = terminal;
  const { target, drift, names } = verified;
  print(`${colors.bold(target)}: ${headline(verified, colors)}`);
  for (const one of drift.slice(0, mostShown)) showDrift(one, names, terminal);
  if (drift.length > mostShown) print(`  … and ${count(drift.length - mostShown, 'more')}; --json has all of them`);
  showForeign(verified, terminal);
  if (verified.continued !== undefined) print(colors.dim(`  ${continuedText(verified.continued)}`));
  for (const line of notComparedLines(verified.notCompared, call))
    for (const part of wrap(`  ${line}`, width, '    ')) print(colors.dim(part));
  if (repair === undefined) return;
  showReport(repair.report, terminal, call);
  for (const one of repair.notTaken) {
    print(colors.yellow('  the target acknowledged this and does not have it:'));
    showDrift(one, names, terminal);
  }
}

function continuedText({ resources, since }: Continued): string {
  return `${count(resources, 'resource')} of these ${resources === 1 ? 'was' : 'were'} looked up since ${since}, by comparisons that were cut short`;
}

/** A tick is for what was compared to the last resource: what could not be read may be anything. */
function headline({ drift, compared, notCompared }: VerifiedTarget, colors: Terminal['colors']): string {
  const all = inWords([count(compared.user, 'user'), count(compared.group, 'group')]);
  if (drift.length > 0) return `${colors.yellow(differing(drift))} from what they should be, of ${all}`;
  const { unread, left, exceptions } = notCompared;
  if (unread + left > 0)
    return colors.yellow(
      compared.user + compared.group === 0
        ? 'nothing could be compared'
        : `${all} compared, none of them differs; not everything could be compared`,
    );
  const text = `${all} compared, ${equalText(exceptions)}`;
  return Object.values(exceptions).some((number) => number > 0) ? text : `${colors.green('✓')} ${text}`;
}

/** More than a person reads. */
const mostShown = 200;

function differing(drift: readonly Drift[]): string {
  const of = (type: ResourceType): number => drift.filter((one) => one.type === type).length;
  const parts = (['user', 'group'] as const).flatMap((type) => (of(type) === 0 ? [] : [count(of(type), type)]));
  return `${inWords(parts)} ${drift.length === 1 ? 'differs' : 'differ'}`;
}

function showDrift(drift: Drift, names: VerifiedTarget['names'], { colors, print, width }: Terminal): void {
  const { kinds, type, label, values, left, joined, strangers } = drift;
  const states = [
    kinds.includes('missing') ? 'is not there any more' : '',
    kinds.includes('disabled') ? 'is switched off there, and should be active' : '',
    kinds.includes('enabled') ? 'is active there, and should be switched off' : '',
    kinds.includes('identity') ? "carries somebody else's externalId; nothing is written to it" : '',
  ].filter((state) => state !== '');
  print(
    `  ${resourceTypeName(type)} ${colors.bold(printable(label))}${states.length === 0 ? '' : `: ${states.join('; ')}`}`,
  );
  for (const value of values) print(`    ${fit(valueLine(value), width - 4)}`);
  const members = (what: string, ids: readonly SourceId[]): void => {
    if (ids.length > 0)
      print(`    ${fit(`${what}: ${ids.map((id) => printable(names.get(id) ?? id)).join(', ')}`, width - 4)}`);
  };
  members('members it lost', left);
  members('members whom nobody put there', [...joined, ...strangers]);
}

/** As the target has it → as it should be. */
function valueLine({ path, held, wanted }: ValueDrift): string {
  return `${shortPath(path)}: ${valueText(held)} → ${valueText(wanted)}`;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  return fit(printable(typeof value === 'string' ? value : heldText(value)), longestValue);
}

const longestValue = 60;

/** As many names as a person reads. */
const mostNames = 20;

function showForeign({ foreign, notCompared }: VerifiedTarget, { print, colors, width }: Terminal): void {
  for (const type of ['user', 'group'] as const) {
    const own = foreign[type];
    if (own === undefined || own.count === 0) continue;
    const least = own.isComplete ? '' : 'at least ';
    print(colors.dim(`  not ours, and not touched: ${least}${count(own.count, resourceTypeName(type))}`));
    const names = own.listed.slice(0, mostNames).map(({ id, name }) => printable(name ?? id));
    if (names.length > 0) print(colors.dim(`    ${fit(names.join(', '), width - 4)}`));
  }
  if (notCompared.foreignMembers > 0)
    print(
      colors.dim(
        `  ${count(notCompared.foreignMembers, 'member')} of our groups ${are(notCompared.foreignMembers)} not ours, and not touched`,
      ),
    );
}

function notComparedLines(left: NotCompared, call: CommandLine): string[] {
  const { exceptions, unread, rejected, held } = left;
  const parts: readonly (readonly [number | undefined, string])[] = [
    ...exceptionLines(exceptions, call),
    [unread, `${count(unread, 'resource')} could not be read`],
    [
      left.left,
      `stopped: ${count(left.left, 'resource')} not looked at; ${call('verify')} goes on from here, within ${goesOnForHours} hours`,
    ],
    [
      held === undefined ? 0 : 1,
      `changes are held since ${held?.since ?? ''}: ${call('approve', held?.holdId ?? '')} releases them`,
    ],
  ];
  const lines = [
    ...parts.flatMap(([number = 0, text]) => (number > 0 ? [text] : [])),
    ...left.rejections.map(
      ({ holdId, operations }) => `undone: ${countsUndone(operations)}: ${call('approve', holdId)} takes that back`,
    ),
  ];
  return Object.keys(rejected).length === 0 ? lines : [...lines, rejectedText(rejected)];
}

/** Of exceptions that are not told with what is held, was rejected or cannot be written. */
function exceptionLines(exceptions: Exceptions, call: CommandLine): (readonly [number | undefined, string])[] {
  const { refused = 0, failing = 0, mislaid = 0, noSeat = 0, unstored = 0, unlinked = 0 } = exceptions;
  const { waiting = 0, departed = 0, moving = 0, settling = 0, hidingMembers = 0, unclear = 0 } = exceptions;
  const why = call('log', '--failed');
  return [
    [refused, `${count(refused, 'entry')} ${are(refused)} refused by the target: ${why} says why`],
    [failing, `${count(failing, 'entry')} failed lately, and ${are(failing)} tried again: ${why} says why`],
    [
      mislaid,
      `${count(mislaid, 'account')} of people who left cannot be found: ${call('status')} says when they are looked for again`,
    ],
    [noSeat, `${count(noSeat, 'entry')} ${noSeat === 1 ? 'waits' : 'wait'} for a seat (limits.seats)`],
    [unstored, `of ${count(unstored, 'resource')} the target does not store everything: ${call('status')} says what`],
    [
      unlinked,
      `${count(unlinked, 'entry')} in scope ${are(unlinked)} not linked to an account yet: ${call('plan')} says what comes`,
    ],
    [waiting, `${count(waiting, 'resource')} ${are(waiting)} to be changed by the next sync anyway`],
    [
      departed,
      `${count(departed, 'resource')} ${are(departed)} of entries that are gone or out of scope: ${call('plan')} says what comes`,
    ],
    [moving, `${count(moving, 'resource')} changed while ${moving === 1 ? 'it was' : 'they were'} compared`],
    [settling, `${count(settling, 'resource')} ${are(settling)} too new to be seen by everybody`],
    [
      hidingMembers,
      `${count(hidingMembers, 'group')} ${hidingMembers === 1 ? 'does' : 'do'} not show all members, so that members are not compared`,
    ],
    [
      unclear,
      `${count(unclear, 'account')} ${unclear === 1 ? 'does' : 'do'} not say, or in no word that is known, whether they are active: look at the target`,
    ],
  ];
}

function are(number: number): string {
  return number === 1 ? 'is' : 'are';
}
