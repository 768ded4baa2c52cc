import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../config/system-code.ts';
import { BridgeError } from '../core/model/errors.ts';
import { writeWholeFile } from './whole-file.ts';

/** @throws BridgeError D2S_USAGE when there is no folder to write it to */
export async function checkPlace(file: string): Promise<void> {
  try {
    await access(dirname(file));
  } catch (error) {
    throw new BridgeError(
      'D2S_USAGE',
      `the profile cannot be written to ${file} (${systemCode(error)})`,
      'name a file in a folder that exists',
    );
  }
}

/** Writes it where there is nothing, or the same. @throws BridgeError D2S_USAGE */
export async function writeProfile(file: string, text: string): Promise<void> {
  try {
    const remedy = 'name another file; the profile is printed above';
    await writeWholeFile(file, text, { what: 'the profile', replaces: false, remedy });
  } catch (error) {
    if (!(error instanceof BridgeError) || systemCode(error.cause) !== 'EEXIST') throw error;
    if ((await readFile(file, 'utf8')) === text) return;
    throw new BridgeError(
      'D2S_USAGE',
      `${file} exists and says something else`,
      'name another file, or remove it; the profile is printed above',
    );
  }
}
