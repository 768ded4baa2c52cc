import { BridgeError } from '../core/model/errors.ts';
import type { App } from './app.ts';

/** The targets that somebody asks about: all, or the one that is named. @throws BridgeError D2S_USAGE */
export function chosenTargets({ configuration }: Pick<App, 'configuration'>, target: string | undefined): string[] {
  const all = [...configuration.targets.keys()];
  if (target === undefined) return all;
  if (!all.includes(target)) throw unknownTarget(target, all);
  return [target];
}

/** @throws BridgeError D2S_USAGE */
export function unknownTarget(name: string, known: readonly string[]): BridgeError {
  return new BridgeError(
    'D2S_USAGE',
    `there is no target "${name}" in the configuration`,
    `there are: ${known.join(', ')}`,
  );
}
