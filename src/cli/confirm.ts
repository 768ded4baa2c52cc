import { BridgeError } from '../core/model/errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * Whether a person wants it, by `--yes` or by word.
 *
 * @param what what would be done, as a sentence without its end
 * @throws BridgeError D2S_USAGE when nobody can be asked
 */
export async function isConfirmed(what: string, yes: boolean, { ask }: Pick<Terminal, 'ask'>): Promise<boolean> {
  if (yes) return true;
  if (ask === undefined)
    throw new BridgeError('D2S_USAGE', `${what}; nobody can be asked here`, 'add --yes if it is right');
  return ask(`${what}. Do it?`);
}
