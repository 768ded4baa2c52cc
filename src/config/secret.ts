import { open } from 'node:fs/promises';
import { env } from 'node:process';
import { BridgeError } from '../core/model/errors.ts';
import type { SecretReference } from './configuration.ts';
import { isOpenToAll } from './file-rights.ts';
import { systemCode } from './system-code.ts';

/**
 * Reads a secret where it lies, now: a secret that was renewed is used with the next request. One newline at the
 * end is not part of it (editors and `echo` put it there).
 *
 * @throws BridgeError D2S_SECRET_UNREADABLE that names the file or variable, never what is in it
 */
export async function readSecret(reference: SecretReference): Promise<string> {
  const name = 'file' in reference ? `the file ${reference.file}` : `the environment variable ${reference.env}`;
  const held = 'file' in reference ? await readSecretFile(reference.file) : readVariable(reference.env);
  const secret = held.replace(/\r?\n$/, '');
  if (secret === '')
    throw new BridgeError('D2S_SECRET_UNREADABLE', `the secret in ${name} is empty`, 'put the secret there');
  // Neither an LDAP password nor an HTTP header can carry them, and a key file in place of a token has them.
  if (/[\r\n\0]/.test(secret)) {
    throw new BridgeError(
      'D2S_SECRET_UNREADABLE',
      `the secret in ${name} has more than one line`,
      'leave only the secret there',
    );
  }
  return secret;
}

async function readSecretFile(file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    if (isOpenToAll(await handle.stat()))
      throw new BridgeError(
        'D2S_SECRET_UNREADABLE',
        `every user of this host may write to the secret file ${file}`,
        `chmod o-w ${file}`,
      );
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const code = systemCode(error);
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES'
          ? 'may not be read by this user'
          : `cannot be read (${code})`;
    throw new BridgeError(
      'D2S_SECRET_UNREADABLE',
      `the secret file ${file} ${why}`,
      'create it, readable for the user that runs dir2scim',
    );
  }
}

function readVariable(name: string): string {
  const value = env[name];
  if (value === undefined) {
    throw new BridgeError(
      'D2S_SECRET_UNREADABLE',
      `the environment variable ${name} is not set`,
      'set it for the process that runs dir2scim',
    );
  }
  return value;
}
