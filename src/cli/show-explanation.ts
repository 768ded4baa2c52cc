import type { RuleResult } from '../core/mapping/apply-rule.ts';
import type { ConditionStep, Explanation, RuleStep } from '../core/mapping/explain.ts';
import { shortPath } from '../core/mapping/scim-path.ts';
import type { TargetExplanation } from '../cycle/explain-target.ts';
import type { Operation } from '../core/model/plan.ts';
import type { CommandLine } from './command-line.ts';
import { deciderText, operationsJson } from './show-plan.ts';
import type { Terminal } from './terminal.ts';
import { nothingKnown } from './known-accounts.ts';
import { contentParts, valueText } from './operation-text.ts';
import { printable, unresolvedValues } from './words.ts';

/** One entry on one target, from the directory to what would be sent. */
export function showExplanation(one: TargetExplanation, terminal: Terminal, call: CommandLine): void {
  const { colors, print } = terminal;
  const { explanation, link, trouble } = one;
  print(colors.bold(one.target));
  if (explanation === undefined) print(`  entry      ${one.hidden ? 'in the directory, which does not show it to the bind account: the account stays as it is' : 'no longer in the directory'}`);
  else {
    print(`  entry      ${printable(explanation.dn)}`);
    print(colors.dim(`             ${explanation.type} ${explanation.sourceId} in ${explanation.directory}`));
    print(`  scope      ${scopeText(explanation.inScope, colors)}`);
    for (const condition of explanation.conditions) print(`             ${conditionText(condition)}`);
    print('  mapping');
    for (const rule of explanation.rules) print(`    ${ruleText(rule, colors)}`);
    for (const { text } of explanation.rejected?.reasons ?? []) print(`  ${colors.red('rejected')}   ${text}`);
    if (explanation.groups.length > 0) print(`  groups     ${explanation.groups.map(({ label }) => printable(label)).join(', ')}`);
    showMembers(explanation, print);
  }
  print(`  link       ${link === undefined ? 'none: the target has not acknowledged it yet' : `id ${printable(link.targetId)}, ${link.lifecycle}, ${link.origin}`}`);
  if (trouble !== undefined) {
    const status = trouble.status === undefined ? '' : ` (HTTP ${trouble.status})`;
    print(`  ${colors.yellow('trouble')}    ${trouble.cause}${status}, ${trouble.attempts} times since ${trouble.since}; next try after ${trouble.retryAt}`);
  }
  showNext(one, terminal, call);
}

function showMembers({ resource, type }: Explanation, print: Terminal['print']): void {
  const unresolved = resource?.unresolved ?? [];
  const strangers = `${unresolved.length} ${unresolved.length === 1 ? 'names' : 'name'} nobody that is read: ${unresolvedValues(unresolved)}`;
  if (resource !== undefined && type === 'group') print(`  members    ${resource.members.length} in scope${unresolved.length === 0 ? '' : `, ${strangers}`}`);
  else if (unresolved.length > 0) print(`  references ${strangers}`);
}

function showNext({ operations, held, holdId, undone, rejections }: TargetExplanation, { colors, print }: Terminal, call: CommandLine): void {
  if (operations.length === 0) print('  next       nothing to send');
  const isAmong = (some: readonly Operation[], { verb, sourceId }: Operation): boolean => some.some((one) => one.verb === verb && one.sourceId === sourceId);
  for (const operation of operations) {
    const state = isAmong(held, operation) ? colors.red('held: ') : isAmong(undone, operation) ? colors.yellow('rejected: ') : '';
    print(`  next       ${state}${operation.verb} ${operation.type} ${printable(operation.label)}  ${colors.dim(operation.reason)}`);
    for (const line of contentParts(operation, nothingKnown)) print(colors.dim(`               ${line}`));
  }
  if (held.length > 0 && holdId !== undefined) print(`  held       with others, until: ${colors.bold(call('approve', holdId))}`);
  for (const { holdId: id, by, at } of rejections) print(`  undone     rejected by ${deciderText(by)} at ${at}; taken back by: ${call('approve', id)}`);
}

function scopeText(inScope: 'yes' | 'no' | 'unknown', colors: Terminal['colors']): string {
  switch (inScope) {
    case 'yes':
      return colors.green('in scope');
    case 'no':
      return colors.yellow('not in scope');
    case 'unknown':
      return colors.red('unknown: a condition has no result; it is left as it is');
  }
}

function conditionText({ kind, text, holds, error }: ConditionStep): string {
  const verdict = error ?? (holds === null ? 'an attribute is missing, so it does not hold' : holds ? 'holds' : 'does not hold');
  return `${kind} ${text}: ${verdict}`;
}

function ruleText({ path, source, apply, result }: RuleStep, colors: Terminal['colors']): string {
  return `${shortPath(path)} = ${resultText(result, colors)}  ${colors.dim(`${source}${apply === 'create' ? '  (only when created)' : ''}`)}`;
}

function resultText(result: RuleResult, colors: Terminal['colors']): string {
  switch (result.kind) {
    case 'value':
      return valueText(result.value, nothingKnown);
    case 'none':
      return colors.dim('no value');
    case 'unmanaged':
      return colors.dim('left as it is');
    case 'error':
      return colors.red(result.text);
  }
}

/** The same for scripts. */
export function explanationJson({ operations, held, undone, ...rest }: TargetExplanation): unknown {
  return { ...rest, operations: operationsJson(operations), held: operationsJson(held), undone: operationsJson(undone) };
}
