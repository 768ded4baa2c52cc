import type { Dialect } from '../../../core/dialect/dialect.ts';
import {
  layDialect,
  listSettings,
  withoutSaid,
  type Layer,
  type PartialDialect,
  type Setting,
} from '../../../core/dialect/layers.ts';
import {
  learnableSettings,
  type LearnableSetting,
  type LearnedSetting,
} from '../../../core/dialect/learned-setting.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import type { TargetEvidence as Fact, TargetNotes } from '../../../ports/scim-target.ts';
import { createEvidenceKeeper, type EvidenceKeeper } from './evidence.ts';

type Noted = Pick<TargetNotes, 'learned' | 'discovery' | 'evidence'>;

/** What is known of one target's ways, and what it teaches meanwhile. */
export interface TargetDialect {
  /** The dialect in force. Ask anew for each request: it changes when the target teaches something. */
  current(): Dialect;
  /** Notes what the target refused. Nothing happens when the configuration says otherwise, or when it is known. */
  learn(setting: LearnableSetting, value: LearnedSetting['value'], because: string): void;
  /** Notes what ServiceProviderConfig says. */
  discovered(says: PartialDialect): void;
  /** Whether ServiceProviderConfig was ever asked. */
  isDiscovered(): boolean;
  /** What was seen of it by looking. */
  readonly evidence: EvidenceKeeper;
  settings(): readonly Setting[];
  restore(notes: Noted): void;
  notes(): Noted;
  /** Forgets learned settings that are old: what was refused may have been a bad day, and costs one more refusal at most. */
  review(): void;
  /** Grows with every note. */
  version(): number;
}

const oldMilliseconds = 7 * 24 * 60 * 60_000;

/** @param now milliseconds since 1970 */
export function createTargetDialect(configured: readonly Layer[], now: () => number): TargetDialect {
  const learned = new Map<LearnableSetting, LearnedSetting>();
  const facts = new Map<string, Fact>();
  let discovery: TargetNotes['discovery'];
  let version = 0;
  let dialect = layDialect(rfc7644, configured);
  const profile = configured.filter(({ origin }) => origin !== 'config');
  const layers = (): Layer[] => [
    ...profile,
    // Whoever wrote a profile knew of the document: Slack's, for one, is wrong.
    ...(discovery === undefined ? [] : [{ origin: 'discovery', says: withoutSaid(discovery.says, profile) } as const]),
    ...[...learned.values()].map(
      ({ setting, value }) => ({ origin: 'learned', says: sayingOf(setting, value) }) as const,
    ),
    ...configured.filter(({ origin }) => origin === 'config'),
  ];
  const refresh = (): void => {
    dialect = layDialect(rfc7644, layers());
    version += 1;
  };
  const review = (): void => {
    const isOld = ({ at }: { readonly at: string }): boolean => !(now() - Date.parse(at) < oldMilliseconds);
    const old = [...learned.values()].filter(isOld);
    const stale = [...facts.values()].filter(isOld);
    for (const { setting } of old) learned.delete(setting);
    for (const { fact } of stale) facts.delete(fact);
    if (old.length + stale.length > 0) refresh();
  };
  return {
    evidence: createEvidenceKeeper(facts, now, () => (version += 1)),
    current: () => dialect,
    learn(setting, value, because) {
      if (learned.get(setting)?.value === value || isSetIn(setting, configured)) return;
      learned.set(setting, { setting, value, at: new Date(now()).toISOString(), because });
      refresh();
    },
    discovered(says) {
      discovery = { at: new Date(now()).toISOString(), says };
      refresh();
    },
    isDiscovered: () => discovery !== undefined,
    settings: () => listSettings(rfc7644, layers()),
    restore(notes) {
      for (const learnedSetting of notes.learned)
        if (learnableSettings.includes(learnedSetting.setting)) learned.set(learnedSetting.setting, learnedSetting);
      for (const noted of notes.evidence ?? []) facts.set(noted.fact, noted);
      discovery = notes.discovery;
      dialect = layDialect(rfc7644, layers());
      review();
    },
    review,
    notes: () => ({
      learned: [...learned.values()],
      ...(discovery === undefined ? {} : { discovery }),
      ...(facts.size === 0 ? {} : { evidence: [...facts.values()] }),
    }),
    version: () => version,
  };
}

function isSetIn(setting: LearnableSetting, configured: readonly Layer[]): boolean {
  return listSettings(rfc7644, configured).some(({ name, origin }) => name === setting && origin === 'config');
}

/** `members.add` = `ids` as a layer says it. */
function sayingOf(setting: LearnableSetting, value: LearnedSetting['value']): PartialDialect {
  const [section = '', name] = setting.split('.');
  return name === undefined ? { [section]: value } : { [section]: { [name]: value } };
}
