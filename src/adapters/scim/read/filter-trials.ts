import type { ResourceType } from '../../../core/model/entry.ts';
import type { ScimPath } from '../../../core/mapping/scim-path.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import { namesOf, withoutAttribute } from './filter.ts';
import type { Refusal } from '../shared/message.ts';

export interface FilterTrial {
  readonly type: ResourceType;
  /** What the filter named. */
  readonly asked: ScimPath;
  readonly value: string;
}

/** What became of filters by attribute, from which it is learned what a target cannot be searched by. */
export interface FilterTrials {
  worked(trial: FilterTrial): void;
  refused(trial: FilterTrial, refusal: Pick<Refusal, 'status' | 'scimType'>): void;
  /** Others were answered than had been asked for. */
  ignored(trial: FilterTrial): void;
}

/**
 * A refusal may be about the value and not about the attribute (an escaped quote, a name that cannot be one): it takes
 * two different plain values, and no success before, to learn from it.
 */
export function createFilterTrials(targetDialect: Pick<TargetDialect, 'current' | 'learn'>): FilterTrials {
  const proven = new Set<string>();
  const refusedOnce = new Map<string, string>();
  const keyOf = ({ type, asked }: FilterTrial): string => `${type} ${asked.text}`;
  const learn = ({ type, asked }: FilterTrial, because: string): void => {
    const names = namesOf(type);
    const left = withoutAttribute(targetDialect.current().filter[names], asked);
    if (left !== undefined) targetDialect.learn(`filter.${names}`, left, because);
  };
  return {
    worked: (trial) => void proven.add(keyOf(trial)),
    refused(trial, { status, scimType }) {
      const key = keyOf(trial);
      if (proven.has(key) || /["\\]/.test(trial.value) || scimType === 'toomany' || scimType === 'sensitive') return;
      const before = refusedOnce.get(key);
      refusedOnce.set(key, trial.value);
      const twice = before !== undefined && before !== trial.value;
      if (twice || status === 405 || status === 501)
        learn(trial, `answered ${String(status)} to filters by ${trial.asked.text}`);
    },
    ignored: (trial) => {
      learn(trial, `ignored filters by ${trial.asked.text}`);
    },
  };
}
