import type { App } from '../bridge/app.ts';
import type { DirectoryCheck } from '../bridge/check.ts';
import type { TargetCheck } from '../bridge/check-target.ts';
import type { Finding } from '../core/model/finding.ts';
import { count, inWords, whole } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import { wrap } from './layout.ts';
import { showRejected } from './show-plan.ts';
import { showSettings } from './show-settings.ts';
import type { Terminal } from './terminal.ts';
import { unresolvedText, unresolvedValues } from './words.ts';

export function showDirectory({ directory, facts, findings = [], error }: DirectoryCheck, terminal: Terminal): void {
  const { colors, print, width } = terminal;
  const about =
    facts === undefined
      ? ''
      : `: ${facts.kind} at ${facts.server}, source id ${facts.idAttribute}, map ${facts.preset}`;
  const [first = '', ...others] = wrap(`  directory ${directory}${about}`, width, '    ');
  print(`${error === undefined ? colors.green('✓') : colors.red('✗')}${first.slice(1)}`);
  for (const line of others) print(line);
  for (const line of facts?.details ?? []) print(colors.dim(`    ${line}`));
  showFindings(findings, terminal);
}

/** Where, and what; errors first. */
function showFindings(findings: readonly Finding[], { colors, print, width }: Terminal): void {
  const ordered = [...findings].sort((a, b) => a.severity.localeCompare(b.severity));
  for (const { severity, place, text } of ordered) {
    const [first = '', ...others] = wrap(`    ${severity}: ${printable(place)}: ${printable(text)}`, width, '      ');
    print(first.replace(severity, severity === 'error' ? colors.red(severity) : colors.yellow(severity)));
    for (const line of others) print(line);
  }
}

export function showTarget(check: TargetCheck, app: App, terminal: Terminal): void {
  const {
    target,
    facts,
    settings = [],
    notes = [],
    inScope,
    rejected = [],
    findings = [],
    waitsFor = [],
    error,
  } = check;
  const { colors, print } = terminal;
  const profile = app.configuration.targets.get(target)?.profile;
  const isFine =
    error === undefined && waitsFor.length === 0 && findings.every(({ severity }) => severity === 'warning');
  print(`${isFine ? colors.green('✓') : colors.red('✗')} target ${target}`);
  for (const line of facts?.details ?? []) print(colors.dim(`    ${line}`));
  if (profile !== undefined && settings.length > 0) showSettings(profile, settings, terminal);
  for (const line of notes) print(`    ${colors.yellow('note:')} ${line}`);
  if (waitsFor.length > 0) print(`    nobody can say who is in scope, because ${inWords(waitsFor)} could not be read`);
  if (inScope !== undefined) print(`    in scope: ${inScopeText(inScope, rejected)}`);
  showUnresolved(check, terminal);
  showFindings(findings, terminal);
  showRejected(rejected, terminal);
}

/** The same number as in a plan: who cannot be written is in scope, too. */
function inScopeText(
  writable: NonNullable<TargetCheck['inScope']>,
  rejected: NonNullable<TargetCheck['rejected']>,
): string {
  const own = (type: 'user' | 'group'): string =>
    count(writable[type] + rejected.filter((one) => one.type === type).length, type);
  const unwritable = rejected.length === 0 ? '' : `, of which ${whole(rejected.length)} cannot be written`;
  return `${own('user')} and ${own('group')}${unwritable}`;
}

function showUnresolved({ unresolved, strangers = [], absent }: TargetCheck, { colors, print, width }: Terminal): void {
  if (unresolved !== undefined) print(`    ${colors.yellow('note:')} ${unresolvedText(unresolved)}`);
  for (const { type, label, values } of strangers)
    print(`      ${type} ${printable(label)}: ${unresolvedValues(values)}`);
  for (const type of ['user', 'group'] as const) {
    const names = absent?.[type] ?? [];
    if (names.length > 0)
      for (const line of wrap(`    no ${type} has: ${names.join(', ')}`, width, '      ')) print(colors.dim(line));
  }
}
