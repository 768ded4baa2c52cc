import type { Grant } from '../core/access/grants.ts';
import { count } from '../core/wording/count.ts';
import { printable } from '../core/wording/foreign.ts';
import type { AccessRow, TargetAccess } from '../cycle/report-access.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';

/** Who has what on a target, a person after the other. */
export function showAccess({ target, counts, rows, isComplete }: TargetAccess, terminal: Terminal): void {
  const { colors, print, width } = terminal;
  const { active, leftDisabled, deactivated, lost } = counts;
  const leavers = rows.filter(({ deleteAt }) => deleteAt !== undefined).length;
  const parts = [
    `${count(active - leftDisabled, 'user')} active`,
    `${deactivated} deactivated${leavers === 0 ? '' : ` (${leavers} with time to come back)`}`,
    ...(leftDisabled === 0 ? [] : [`${leftDisabled} left switched off`]),
    ...(lost === 0 ? [] : [`${lost} lost`]),
  ];
  print(`${colors.bold(target)}: ${parts.join(', ')}`);
  if (!isComplete)
    print(`  ${colors.yellow('its directories could not be read: this is what the state alone knows, by source id')}`);
  for (const row of rows) {
    print(`  ${colors.bold(printable(row.person ?? row.sourceId))}  ${headOf(row)}`);
    for (const line of detailsOf(row)) for (const part of wrap(`    ${line}`, width, '      ')) print(part);
  }
}

function headOf({ login, person, sourceId, state, standing }: AccessRow): string {
  const words = { active: 'active', left_disabled: 'left switched off', deactivated: 'deactivated', lost: 'lost' };
  const name = login ?? (person === undefined ? '' : sourceId);
  const where = {
    in_scope: '',
    unknown: '',
    inactive: ', inactive in the directory',
    out_of_scope: ', out of scope',
    unclear: ', in scope or not: it cannot be written',
    not_read: ', in no directory that is read',
  }[standing];
  return `${name === '' ? '' : `${printable(name)}  `}${words[state]}${where}`;
}

function detailsOf({ standing, grants, remains, since, ended, deleteAt, groups }: AccessRow): string[] {
  const kept = {
    held: 'the removal is held, and waits for a person',
    rejected: 'a person rejected the removal',
    kept: 'leavers keep their accounts (removal.leaves: keep)',
    due: 'the next cycle takes it away',
  };
  const because = standing === 'inactive' ? 'disabled in the directory' : 'nothing gives it';
  const names = groups.map(({ label, sourceId }) => printable(label ?? sourceId));
  return [
    ...(grants.length === 0 ? [] : [`by ${grants.map(grantText).map(printable).join(' and ')}`]),
    ...(remains === undefined ? [] : [`${because}; ${kept[remains]}`]),
    ...(since === undefined
      ? []
      : [`since ${since.slice(0, 10)}${ended === undefined ? '' : `, until ${ended.slice(0, 10)}`}`]),
    ...(since === undefined && ended !== undefined ? [`until ${ended.slice(0, 10)}`] : []),
    ...(deleteAt === undefined ? [] : [`can come back until ${deleteAt.slice(0, 10)}, then the account is deleted`]),
    ...(names.length === 0 ? [] : [`in ${names.join(', ')}`]),
  ];
}

/** A clause of the scope in words: for a `where` that goes by groups, those in which the person is. */
export function grantText({ kind, text, groups }: Grant): string {
  switch (kind) {
    case 'everybody':
      return 'the scope, which has everybody';
    case 'memberOf':
      return `memberOf ${groups.join(' | ')}`;
    case 'where':
      return groups.length === 0 ? `where ${text}` : `where ${text} (in ${groups.join(' | ')})`;
  }
}
