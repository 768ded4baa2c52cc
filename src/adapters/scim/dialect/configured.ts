import type { LearnableSetting } from '../../../core/dialect/learned-setting.ts';
import type { TargetDialect } from './target-dialect.ts';

/** Whether a person said so: then nothing else is tried. */
export function isConfigured(targetDialect: TargetDialect, setting: LearnableSetting): boolean {
  return targetDialect.settings().some(({ name, origin }) => name === setting && origin === 'config');
}
