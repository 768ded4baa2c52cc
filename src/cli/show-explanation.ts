import type { RuleResult } from '../core/mapping/apply-rule.ts';
import type { ConditionStep, Explanation, GroupStep, RuleStep } from '../core/mapping/explain.ts';
import { shortPath } from '../core/mapping/scim-path.ts';
import type { Operation } from '../core/model/plan.ts';
import { count, nounFor } from '../core/wording/count.ts';
import type { TargetExplanation, UnlinkedAccount } from '../cycle/explain-target.ts';
import type { CommandLine } from '../bridge/command-line.ts';
import type { ShownExplanation } from '../bridge/explain.ts';
import { hasFailed, nextTry, sentenceOf } from '../bridge/explanation-sentence.ts';
import { nameOf, type KnownAccounts } from '../bridge/known-accounts.ts';
import { columns, wrap } from './layout.ts';
import { contentParts, valueText } from './operation-text.ts';
import { deciderText } from './show-plan.ts';
import { asItIs, type Terminal } from './terminal.ts';
import { pauseWords } from '../core/wording/pause-words.ts';
import { printable } from '../core/wording/foreign.ts';
import { unresolvedValues } from './words.ts';

/** Words stand in the first column, what they say beside it. */
const column = 13;

/** One entry on one target: first where it stands, then everything from the directory to what would be sent. */
export function showExplanation(
  { explained: one, known }: ShownExplanation,
  who: string,
  terminal: Terminal,
  call: CommandLine,
): void {
  const { colors, print, width, typed = asItIs } = terminal;
  const { explanation } = one;
  for (const line of wrap(typed(sentenceOf(one, who)), width, '  ')) print(colors.bold(line));
  const tell = teller(terminal);
  if (explanation === undefined)
    tell(
      'entry',
      one.hidden ? 'in the directory, which does not show it to the bind account' : 'no longer in the directory',
    );
  else showEntry(explanation, one, known, terminal);
  showLink(one, known, terminal);
  showNext(one, known, terminal, call);
}

/** Prints a word and what it says, in lines that fit. */
function teller({ print, width }: Terminal): (word: string, text: string, paint?: (text: string) => string) => void {
  return (word, text, paint = (plain) => plain) => {
    const [first = '', ...others] = wrap(`  ${word.padEnd(column - 2)}${text}`, width, ' '.repeat(column));
    print(`  ${paint(word)}${first.slice(2 + word.length)}`);
    for (const line of others) print(line);
  };
}

function showEntry(
  explanation: Explanation,
  { rejected, createInactive, link }: TargetExplanation,
  known: KnownAccounts,
  terminal: Terminal,
): void {
  const { colors, print, typed = asItIs } = terminal;
  const tell = teller(terminal);
  tell('entry', printable(explanation.dn));
  print(colors.dim(`${' '.repeat(column)}${explanation.type} ${explanation.sourceId} in ${explanation.directory}`));
  tell('scope', scopeText(explanation.inScope));
  for (const condition of explanation.conditions) tell('', conditionText(condition));
  if (explanation.memberOf.length > 0) tell('groups', groupsText(explanation.memberOf));
  if (explanation.groups.length > 0)
    tell('', `on the target: ${explanation.groups.map(({ label }) => printable(label)).join(', ')}`);
  showMapping(explanation, known, terminal);
  for (const { text } of rejected?.reasons ?? []) tell('rejected', printable(typed(text)), colors.red);
  showMembers(explanation, known, tell);
  const isInactive = explanation.type === 'user' && explanation.resource?.attributes.get('active') === false;
  if (isInactive && !createInactive && link === undefined)
    tell('inactive', 'not created: disabled in the directory (createInactive: false)');
}

/** What gives no value says little: the paths stand in one place. */
function showMapping({ rules }: Explanation, known: KnownAccounts, terminal: Terminal): void {
  const { colors, print } = terminal;
  print('  mapping');
  for (const rule of rules) if (rule.result.kind !== 'none') showRule(rule, known, terminal);
  const none = rules.filter(({ result }) => result.kind === 'none').map(({ path }) => shortPath(path));
  if (none.length > 0)
    for (const line of wrap(`    no value: ${none.join(', ')}`, terminal.width, '      ')) print(colors.dim(line));
}

function showMembers({ resource, type }: Explanation, known: KnownAccounts, tell: ReturnType<typeof teller>): void {
  const unresolved = resource?.unresolved ?? [];
  const nobody = `${unresolved.length} ${nounFor(unresolved.length, 'value')} ${unresolved.length === 1 ? 'names' : 'name'} nobody that is read: ${unresolvedValues(unresolved)}`;
  if (resource !== undefined && type === 'group') {
    const names = resource.members.map((id) => printable(nameOf(id, known) ?? id)).sort(inOrder);
    tell(
      'members',
      `${count(names.length, 'member')} in scope${names.length === 0 ? '' : `: ${names.join(', ')}`}${unresolved.length === 0 ? '' : `; ${nobody}`}`,
    );
  } else if (unresolved.length > 0) tell('references', nobody);
}

/** As in a plan: u9 before u11. */
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

function groupsText(memberOf: readonly GroupStep[]): string {
  return memberOf
    .map(({ label, direct, givesAccess }) => {
      const remarks = [...(direct ? [] : ['through another group']), ...(givesAccess ? ['gives access'] : [])];
      return `${printable(label)}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}`;
    })
    .join(', ');
}

function showLink(one: TargetExplanation, known: KnownAccounts, terminal: Terminal): void {
  const { link, account, quarantine, targetQuarantine } = one;
  const tell = teller(terminal);
  if (targetQuarantine !== undefined)
    tell(
      'target',
      `in quarantine since ${targetQuarantine.since}: ${pauseWords[targetQuarantine.cause]}; asked again after ${targetQuarantine.retryAt}`,
      terminal.colors.red,
    );
  tell(
    'link',
    link === undefined
      ? 'none: the target has not acknowledged it'
      : `id ${printable(link.targetId)}, ${link.lifecycle}, ${link.origin}`,
  );
  if (account !== undefined) tell('account', accountText(account, known));
  if (quarantine === undefined || !hasFailed(quarantine)) return;
  const status = quarantine.status === undefined ? '' : ` (HTTP ${quarantine.status})`;
  tell(
    'failed',
    `${quarantine.cause}${status}${quarantine.said === undefined ? '' : `, "${printable(quarantine.said)}"`}, ${count(quarantine.attempts, 'time')} since ${quarantine.since}; next try ${nextTry(one)}`,
    terminal.colors.yellow,
  );
}

function accountText({ targetId, matchedBy, active, owner }: UnlinkedAccount, known: KnownAccounts): string {
  const state = active === undefined ? '' : active ? ', active' : ', switched off';
  const whose =
    owner === undefined
      ? 'it is linked to nobody'
      : `it belongs to ${printable(nameOf(owner, known) ?? `entry ${owner}`)}`;
  return `the target has one with the same ${shortPath(matchedBy)} (id ${printable(targetId)}${state}); ${whose}`;
}

function showNext(
  { operations, held, holdId, undone, rejections, awaited }: TargetExplanation,
  known: KnownAccounts,
  terminal: Terminal,
  call: CommandLine,
): void {
  const { colors, print } = terminal;
  const tell = teller(terminal);
  if (operations.length === 0) tell('next', 'nothing to send');
  if (awaited.length > 0)
    tell(
      'awaited',
      `not on the target yet, and added then: ${awaited
        .map((id) => printable(nameOf(id, known) ?? id))
        .sort(inOrder)
        .join(', ')}`,
    );
  const isAmong = (some: readonly Operation[], { verb, sourceId }: Operation): boolean =>
    some.some((one) => one.verb === verb && one.sourceId === sourceId);
  for (const operation of operations) {
    const state = isAmong(held, operation)
      ? colors.red('held: ')
      : isAmong(undone, operation)
        ? colors.yellow('rejected: ')
        : '';
    print(
      `  next       ${state}${operation.verb} ${operation.type} ${printable(operation.label)}  ${colors.dim(printable(operation.reason))}`,
    );
    const parts = contentParts(operation, known);
    if (parts.length > 0)
      for (const line of wrap(`${' '.repeat(column + 2)}${parts.join(', ')}`, terminal.width, ' '.repeat(column + 2)))
        print(colors.dim(line));
  }
  if (held.length > 0 && holdId !== undefined)
    print(`  held       release it with: ${colors.bold(call('approve', holdId))}`);
  for (const { holdId: id, by, at } of rejections)
    print(`  undone     rejected by ${deciderText(by)} at ${at}; taken back by: ${call('approve', id)}`);
}

function scopeText(inScope: 'yes' | 'no' | 'unknown'): string {
  switch (inScope) {
    case 'yes':
      return 'in scope';
    case 'no':
      return 'not in scope';
    case 'unknown':
      return 'unknown: a condition has no result; it is left as it is';
  }
}

/** Why it does not hold stands in the sentence at the top. */
function conditionText({ kind, text, holds, error }: ConditionStep): string {
  return `${kind} ${text}: ${error ?? (holds === true ? 'holds' : 'does not hold')}`;
}

/** What a rule gives, and the rule: beside it, or beneath it where there is no room. */
function showRule(
  { path, source, apply, result }: RuleStep,
  known: KnownAccounts,
  { colors, print, width }: Terminal,
): void {
  const plain = `    ${shortPath(path)} = ${resultText(result, known)}`;
  const value = result.kind === 'error' ? colors.red(plain) : plain;
  const rule = `${printable(source)}${apply === 'create' ? '  (only when created)' : ''}`;
  if (columns(plain) + 2 + columns(rule) <= width) print(`${value}  ${colors.dim(rule)}`);
  else for (const line of [value, ...wrap(`      ${rule}`, width, '      ').map(colors.dim)]) print(line);
}

function resultText(result: RuleResult, known: KnownAccounts): string {
  switch (result.kind) {
    case 'value':
      return valueText(result.value, known);
    case 'none':
      return '(none)';
    case 'unmanaged':
      return '(left as it is)';
    case 'error':
      return result.text;
  }
}
