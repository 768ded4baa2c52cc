import type { Counters } from '../../../core/model/data-version.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { readBase } from '../read/read-base.ts';
import { domainOf } from './usn-domain.ts';

/** Sizes in bytes of the header and of one cursor, in versions 1 and 2 (MS-DRSR §5.165, §5.166). */
const layouts: Readonly<Record<number, { readonly cursor: number }>> = { 1: { cursor: 24 }, 2: { cursor: 32 } };
const headerSize = 16;

/** How far a domain controller has taken in the changes of the others, by their databases. Empty where it is not shown. */
export async function readUpToDateVector(directory: OpenDirectory): Promise<Counters> {
  const [value] =
    (await readBase(directory, domainOf(directory), ['replUpToDateVector'])).get('repluptodatevector') ?? [];
  if (value === undefined) return {};
  return decodeUpToDateVector(typeof value === 'string' ? Buffer.from(value) : Buffer.from(value));
}

/** UPTODATE_VECTOR: version, reserved, number of cursors, reserved; then invocationId, USN and, in version 2, a time each. */
function decodeUpToDateVector(bytes: Buffer): Counters {
  const counters: Record<string, string> = {};
  if (bytes.length < headerSize) return counters;
  const layout = layouts[bytes.readUInt32LE(0)];
  if (layout === undefined) return counters;
  const count = bytes.readUInt32LE(8);
  for (let index = 0; index < count; index += 1) {
    const at = headerSize + index * layout.cursor;
    if (at + 24 > bytes.length) break;
    counters[`replicated ${bytes.toString('hex', at, at + 16)}`] = String(bytes.readBigUInt64LE(at + 16));
  }
  return counters;
}
