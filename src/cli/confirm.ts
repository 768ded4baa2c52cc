import { BridgeError } from '../core/model/errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * Whether a person wants it, by `--yes` or by word. Says so, when not.
 *
 * @param what what would be done, as a sentence without its end
 * @throws BridgeError D2S_USAGE when nobody can be asked
 */
export async function isConfirmed(
  what: string,
  yes: boolean,
  terminal: Pick<Terminal, 'ask' | 'note'>,
): Promise<boolean> {
  const { ask, note } = terminal;
  if (yes) return true;
  if (ask === undefined)
    throw new BridgeError('D2S_USAGE', `${what}; nobody can be asked here`, 'add --yes if it is right');
  const isWanted = await ask(`${what}. Do it?`);
  if (!isWanted) note('Nothing was changed.');
  return isWanted;
}
