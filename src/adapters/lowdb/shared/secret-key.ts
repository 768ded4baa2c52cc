import { randomBytes } from 'node:crypto';
import type { Digest } from '../../../core/model/link.ts';
import { damaged } from './faults.ts';
import { readText, type StateFiles } from './files.ts';
import { keyedDigest } from './keyed-digest.ts';

/** 32 random bytes as base64url and a newline: the content of a new key file. */
export function newKey(): string {
  return `${randomBytes(32).toString('base64url')}\n`;
}

/** Keyed digests with the content of a key file. */
export function digestWith(keyText: string): Digest {
  return keyedDigest(Buffer.from(keyText.trimEnd(), 'base64url'));
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
