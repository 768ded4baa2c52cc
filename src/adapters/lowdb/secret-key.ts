import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { Digest } from '../../core/model/link.ts';
import { damaged } from './faults.ts';
import { readText, type StateFiles } from './files.ts';

/** 32 random bytes as base64url and a newline: the content of a new key file. */
export function newKey(): string {
  return `${randomBytes(32).toString('base64url')}\n`;
}

/** Half of an HMAC-SHA-256 is as much as 128-bit identity needs (RFC 2104 §5 allows the truncation). */
const digestBytes = 16;

/** Keyed digests with the content of a key file: 22 characters of base64url. */
export function digestWith(keyText: string): Digest {
  const key = createSecretKey(Buffer.from(keyText.trimEnd(), 'base64url'));
  // Encoded from the shortened bytes: a slice of the longer text would keep all of it in memory.
  return (text) => createHmac('sha256', key).update(text).digest().subarray(0, digestBytes).toString('base64url');
}

/** @throws BridgeError when the file holds no key */
export async function readKey(files: StateFiles, path: string): Promise<string> {
  const text = await readText(files, path, 64);
  if (text === undefined || !/^[\w-]{43}\n$/.test(text)) throw damaged(path, 'does not hold the key');
  return text;
}

/** Stored in the snapshot. With another key every digest would differ, and all attributes of everyone seem changed. */
export function keyProof(digest: Digest, lineage: string): string {
  return digest(`the key of state ${lineage}`);
}
