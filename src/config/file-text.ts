import { open } from 'node:fs/promises';
import { BridgeError } from '../core/model/errors.ts';
import { dirname } from 'node:path';
import { isOpenToAll, isReplaceable } from './file-rights.ts';

/** A configuration with hundreds of targets has a tenth of this. */
const largestFile = 1_048_576;

/**
 * The text of a YAML file.
 *
 * @throws BridgeError D2S_CONFIG_INVALID when it is too large or not UTF-8; the system's own error when it cannot be read
 */
export async function readFileText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new BridgeError('D2S_CONFIG_INVALID', `${path}: the file is not UTF-8 text`, 'save it in UTF-8', error);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const stats = await file.stat();
  if (isOpenToAll(stats))
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${path}: every user of this host may write to the file`,
      `chmod o-w ${path}`,
    );
  if (await isReplaceable(path))
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${path}: every user of this host may put another file in its place`,
      `chmod o-w ${dirname(path)}`,
    );
  const { size } = stats;
  if (size > largestFile) {
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${path}: the file has ${size} bytes; a configuration has ${largestFile} at most`,
      'is this the right file?',
    );
  }
  return await file.readFile();
}
