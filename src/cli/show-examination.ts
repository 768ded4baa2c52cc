import type { DoctorAnswer } from '../bridge/doctor.ts';
import type { TrialFinding } from '../ports/target-doctor.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import { durationText } from './words.ts';

/** What was tried, subject by subject, and the profile that follows from it; none where something ended the trials. */
export function showExamination({ examination, profile }: DoctorAnswer, terminal: Terminal): void {
  const { findings, traffic, leftovers, ended } = examination;
  const { colors, print } = terminal;
  const width = findings.reduce((most, { trial }) => Math.max(most, trial.length), 0);
  for (const [subject, own] of Map.groupBy(findings, (finding) => finding.subject)) {
    print(colors.bold(subject));
    for (const finding of own) {
      print(`  ${signOf(finding, terminal)} ${finding.trial.padEnd(width)}  ${sentenceOf(finding, terminal)}`);
      for (const line of evidenceOf(finding)) print(colors.dim(`    ${' '.repeat(width)}  ${printable(line)}`));
    }
  }
  print('');
  print(
    `${count(traffic.requests, 'request')}, half of them answered within ${durationText(traffic.median)}, 95 % within ${durationText(traffic.p95)}`,
  );
  print(
    traffic.quotaHeaders.length === 0
      ? 'no headers say what is left for us'
      : `headers say what is left for us: ${traffic.quotaHeaders.join(', ')}`,
  );
  if (traffic.throttles > 0)
    print(
      `asked to wait ${count(traffic.throttles, 'time')}, ${durationText(traffic.throttledMilliseconds)} altogether`,
    );
  for (const { type, name, id, why } of leftovers) {
    print(
      `${colors.red('left behind:')} ${type} ${name}${id === undefined ? '' : ` (id ${printable(id)})`}: ${printable(why)}`,
    );
  }
  if (ended !== undefined) return;
  print('');
  print(colors.bold('profile learned:'));
  for (const line of profile.trimEnd().split('\n')) print(`  ${line}`);
}

function signOf({ verdict, blocks }: TrialFinding, { colors }: Terminal): string {
  if (blocks === true) return colors.red('✗');
  switch (verdict) {
    case 'works':
      return colors.green('✓');
    case 'refused':
      return colors.yellow('✗');
    case 'lies':
      return colors.yellow('⚠');
    case 'unseen':
      return colors.yellow('?');
    case 'absent':
    case 'skipped':
      return colors.dim('–');
  }
}

/** So many of the last requests show why; all of them are in the JSON. */
const shownEvidence = 4;

/** What works needs no proof to be believed; what does not is to be shown to whoever builds the target. */
function evidenceOf({ verdict, blocks, evidence }: TrialFinding): readonly string[] {
  return verdict === 'lies' || verdict === 'unseen' || blocks === true ? evidence.slice(-shownEvidence) : [];
}

function sentenceOf({ verdict, text, blocks }: TrialFinding, { colors }: Terminal): string {
  const said = verdict === 'skipped' ? `not tried: ${printable(text)}` : printable(text);
  if (blocks === true) return `${said} ${colors.red('(needed)')}`;
  return verdict === 'skipped' ? colors.dim(said) : said;
}
