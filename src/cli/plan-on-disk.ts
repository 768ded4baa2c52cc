import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../config/system-code.ts';
import { BridgeError } from '../core/model/errors.ts';

/** @throws BridgeError D2S_USAGE when there is no folder to write it to */
export async function checkPlanPlace(file: string): Promise<void> {
  await access(dirname(file)).catch((error: unknown) => {
    throw refused(`the plan cannot be written to ${file}`, error, 'name a file in a folder that exists');
  });
}

/** Writes a new file that nobody else can read, in place of one that is there. @throws BridgeError D2S_USAGE */
export async function writePlan(file: string, text: string): Promise<void> {
  try {
    await rm(file, { force: true });
    await writeFile(file, `${text}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw refused(`the plan cannot be written to ${file}`, error, 'name another file');
  }
}

/** @throws BridgeError D2S_USAGE when it cannot be read */
export async function readPlan(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw refused(`the plan ${file} cannot be read`, error, 'name the file that dir2scim plan --out wrote');
  });
}

function refused(what: string, error: unknown, remedy: string): BridgeError {
  return new BridgeError('D2S_USAGE', `${what} (${systemCode(error)})`, remedy);
}
