import type { FileHandle } from 'node:fs/promises';
import { csnsIn } from '../../core/directory/counters.ts';
import { keyOfDn } from '../../core/directory/dn.ts';
import type { Counters } from '../../core/model/data-version.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { BridgeError } from '../../core/model/errors.ts';
import { FileKind, type FileHints } from './file-kind.ts';
import { invalid } from './invalid.ts';
import type { LdifRecord } from './record.ts';
import { recordId } from './record-id.ts';
import { readRecords } from './read-records.ts';

/** What a file turned out to be. */
export interface ScannedFile {
  readonly records: number;
  readonly identity: DirectoryIdentity;
  /** How far the data had come when it was exported, where the file has it: contextCSN, which slapcat writes. */
  readonly counters: Counters;
}

/**
 * Reads a file to its end before anything is taken from it: every record is well-formed, and no DN and no id comes
 * twice. Keeps one short text for each.
 */
export async function scanFile(
  file: FileHandle,
  path: string,
  hints: FileHints,
  signal: AbortSignal,
): Promise<ScannedFile> {
  const seen = new Map<string, number>();
  const ids = new Ids();
  let isExport: boolean | undefined;
  const kind = new FileKind(hints);
  const counters: Record<string, string> = {};
  for await (const record of readRecords(file, path, signal)) {
    // RFC 2849 has a file of entries or one of changes. What mixes them is a list of changes that begins with additions.
    isExport ??= record.added !== undefined;
    if (isExport !== (record.added !== undefined)) {
      throw invalid(
        path,
        record.added ?? record.line,
        'entries beside changes',
        'give a file with all the entries, with `changetype: add` in every record or in none',
      );
    }
    const key = keyOfDn(record.dn);
    if (key === undefined) throw invalid(path, record.line, 'the value of "dn:" is no DN', 'correct this line');
    const earlier = seen.get(key);
    if (earlier !== undefined) throw twice('DN', record.line, earlier, path);
    seen.set(key, record.line);
    kind.take(record, key);
    Object.assign(counters, csnsIn(record.dn, (record.attributes.get('contextcsn') ?? []).join(' ')));
    for (const attribute of kind.candidates) ids.meet(attribute, record);
  }
  const { identity } = kind;
  const doubled = ids.doubled(identity.idAttribute);
  if (doubled !== undefined) throw twice('id', doubled.line, doubled.earlier, path);
  return { records: seen.size, identity, counters };
}

/** Which of several attributes is the id is known when the whole file is. */
class Ids {
  readonly #lines = new Map<string, number>();
  readonly #doubled = new Map<string, { readonly line: number; readonly earlier: number }>();

  meet(attribute: string, record: LdifRecord): void {
    const id = recordId(record, attribute);
    if (id === undefined) return;
    const key = `${attribute} ${id}`;
    const earlier = this.#lines.get(key);
    if (earlier === undefined) this.#lines.set(key, record.line);
    else if (!this.#doubled.has(attribute)) this.#doubled.set(attribute, { line: record.line, earlier });
  }

  /** The first record whose id came before. */
  doubled(attribute: string): { readonly line: number; readonly earlier: number } | undefined {
    return this.#doubled.get(attribute);
  }
}

function twice(what: 'DN' | 'id', line: number, earlier: number, path: string): BridgeError {
  return invalid(path, line, `an entry with the same ${what} as the one in line ${earlier}`, 'remove one of them');
}
