import { csvRecord } from '../core/wording/csv.ts';
import type { AccessRow, TargetAccess } from '../cycle/report-access.ts';
import { grantText } from './show-access.ts';

const columns: readonly (readonly [string, (row: AccessRow) => string | undefined])[] = [
  ['target', ({ target }) => target],
  ['person', ({ person }) => person],
  ['login', ({ login }) => login],
  ['state', ({ state }) => state],
  ['standing', ({ standing }) => standing],
  ['given_by', ({ grants }) => grants.map(grantText).join(' and ')],
  ['remains', ({ remains }) => remains],
  ['since', ({ since }) => since],
  ['ended', ({ ended }) => ended],
  ['delete_at', ({ deleteAt }) => deleteAt],
  ['groups', ({ groups }) => groups.map(({ label, sourceId }) => label ?? sourceId).join('; ')],
  ['origin', ({ origin }) => origin],
  ['source_id', ({ sourceId }) => sourceId],
  ['target_id', ({ targetId }) => targetId],
  ['directory', ({ directory }) => directory],
];

/** All targets as one table of RFC 4180, with a header; the last line break is for whoever prints it. */
export function accessCsv(targets: readonly TargetAccess[]): string {
  const records = [
    csvRecord(columns.map(([name]) => name)),
    ...targets.flatMap(({ rows }) => rows.map((row) => csvRecord(columns.map(([, valueOf]) => valueOf(row) ?? '')))),
  ];
  return records.join('').slice(0, -1);
}
