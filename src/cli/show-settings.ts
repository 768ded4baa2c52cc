import type { Origin, Setting } from '../core/dialect/layers.ts';
import type { LearnedSetting } from '../core/dialect/learned-setting.ts';
import type { TargetProfile } from '../config/configuration.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../core/wording/count.ts';

const origins: Readonly<Record<Exclude<Origin, 'rfc'>, string>> = {
  profile: 'profile',
  discovery: 'ServiceProviderConfig',
  learned: 'learned',
  config: 'configuration',
};

/** In which dialect a target is spoken to, and where each value comes from that is not the RFCs'. */
export function showSettings(
  { name, about }: TargetProfile,
  settings: readonly Setting[],
  { colors, print, width: columns }: Terminal,
): void {
  const standing =
    about === undefined
      ? ''
      : ` (${about.title}, ${about.tested === 'lab' ? 'tried in the lab' : 'documented, not tested live'}, ${about.date})`;
  for (const line of wrap(`    profile ${name}${standing}`, columns, '      ')) print(line);
  const own = settings.flatMap(({ origin, ...setting }) => (origin === 'rfc' ? [] : [{ ...setting, origin }]));
  const width = own.reduce((most, setting) => Math.max(most, setting.name.length), 0);
  for (const { name: setting, value, origin } of own) {
    print(`      ${setting.padEnd(width)}  ${JSON.stringify(value)}  ${colors.dim(origins[origin])}`);
  }
  print(
    colors.dim(
      `      ${own.length === 0 ? 'all' : 'the other'} ${count(settings.length - own.length, 'setting')} as the RFCs say; --json lists them`,
    ),
  );
}

/** What a target taught by refusing it. */
export function showLearnedSettings(learned: readonly LearnedSetting[], { colors, print }: Terminal): void {
  for (const { setting, value, at, because } of learned) {
    print(`  ${'learned'.padEnd(13)} ${setting} = ${JSON.stringify(value)} ${colors.dim(`(${because}; ${at})`)}`);
  }
}
