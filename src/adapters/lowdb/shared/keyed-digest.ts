import { hash } from 'node:crypto';
import type { Digest } from '../../../core/model/link.ts';

/** The size of SHA-256's blocks, in bytes. */
const block = 64;
const digestBytes = 32;
/** Half of an HMAC-SHA-256 is as much as 128-bit identity needs (RFC 2104 §5 allows the truncation). */
const kept = 16;

/**
 * HMAC-SHA-256 (RFC 2104), shortened: 22 characters of base64url. Said as the two hashes that it consists of, because
 * Node's `createHmac` makes an object for each text and takes several times as long, and a first load of ten thousand
 * users needs a hundred thousand.
 *
 * @param key at most 64 bytes
 */
export function keyedDigest(key: Uint8Array): Digest {
  if (key.length > block) throw new RangeError(`a key of ${key.length} bytes is longer than a block`);
  const outer = Buffer.alloc(block + digestBytes);
  let inner = Buffer.alloc(4096);
  fill(inner, key, 0x36);
  fill(outer, key, 0x5c);
  return (text) => {
    const most = block + 3 * text.length; // UTF-8
    if (most > inner.length) inner = Buffer.concat([inner.subarray(0, block)], 2 * most);
    const length = block + inner.write(text, block);
    hash('sha256', inner.subarray(0, length), 'buffer').copy(outer, block);
    // Encoded from the shortened bytes: a slice of the longer text would keep all of it in memory.
    return hash('sha256', outer, 'buffer').subarray(0, kept).toString('base64url');
  };
}

function fill(target: Buffer, key: Uint8Array, pad: number): void {
  target.fill(pad, 0, block);
  for (const [index, byte] of key.entries()) target[index] = byte ^ pad;
}
