import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { BridgeError } from '../core/model/errors.ts';
import { isOpenToAll } from './file-rights.ts';
import { systemCode } from './system-code.ts';

/**
 * The PEM text of a file of certificates (`tls.ca`). Checked here, since TLS silently ignores what is no certificate
 * and then trusts nobody, which looks like a fault of the server.
 *
 * @throws BridgeError D2S_CONFIG_UNREADABLE, D2S_CONFIG_INVALID
 */
export async function readAuthorities(file: string): Promise<string> {
  const text = await readPem('tls.ca', file);
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new BridgeError(
      'D2S_CONFIG_INVALID',
      `${file} does not consist of certificates in PEM form`,
      'name a file with -----BEGIN CERTIFICATE----- under tls.ca',
    );
  }
  return text;
}

/**
 * The text of a file that a key of the configuration names. Whoever may write it says whom we believe, and gets the
 * secrets that are sent there.
 *
 * @throws BridgeError D2S_CONFIG_UNREADABLE, D2S_CONFIG_INVALID where every user may write to it
 */
export async function readPem(key: 'tls.ca' | 'tls.cert' | 'tls.key', file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    if (isOpenToAll(await handle.stat()))
      throw new BridgeError(
        'D2S_CONFIG_INVALID',
        `${key}: every user of this host may write to ${file}`,
        `chmod o-w ${file}`,
      );
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const what = key === 'tls.key' ? 'the private key' : 'the certificates';
    throw new BridgeError(
      'D2S_CONFIG_UNREADABLE',
      `${what} in ${file} cannot be read (${systemCode(error)})`,
      `correct ${key}, or the mode of the file`,
      error,
    );
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
