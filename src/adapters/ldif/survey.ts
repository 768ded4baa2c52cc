import type { FileHandle } from 'node:fs/promises';
import { keyOfDn } from '../../core/directory/dn.ts';
import { kindRules, type KindRules } from '../../core/directory/kinds.ts';
import { invalid } from './invalid.ts';
import { idAttributeOf, recordId } from './record-id.ts';
import { readRecords } from './read-records.ts';

/** What a file turned out to be. */
export interface Survey {
  readonly records: number;
  readonly rules: KindRules;
  /** The id attribute of the first record that has one. */
  readonly idAttribute: string | undefined;
}

/**
 * Reads a file to its end before anything is taken from it: every record is well-formed, and no DN and no id comes
 * twice. Keeps one short text for each.
 */
export async function surveyFile(
  file: FileHandle,
  path: string,
  configuredId: string | undefined,
  signal: AbortSignal,
): Promise<Survey> {
  const seen = { DN: new Map<string, number>(), id: new Map<string, number>() };
  const meet = (what: keyof typeof seen, key: string, line: number): void => {
    const earlier = seen[what].get(key);
    if (earlier !== undefined) {
      throw invalid(path, line, `an entry with the same ${what} as the one in line ${earlier}`, 'remove one of them');
    }
    seen[what].set(key, line);
  };
  let isExport: boolean | undefined;
  let isActiveDirectory = false;
  let idAttribute: string | undefined;
  for await (const record of readRecords(file, path, signal)) {
    // RFC 2849 has a file of entries or one of changes. What mixes them is a list of changes that begins with additions.
    isExport ??= record.added !== undefined;
    if (isExport !== (record.added !== undefined)) {
      throw invalid(path, record.added ?? record.line, 'entries beside changes', 'give a file with all the entries, with `changetype: add` in every record or in none');
    }
    const key = keyOfDn(record.dn);
    if (key === undefined) throw invalid(path, record.line, 'the value of "dn:" is no DN', 'correct this line');
    meet('DN', key, record.line);
    const id = recordId(record, configuredId);
    if (id !== undefined) {
      meet('id', id, record.line);
      idAttribute ??= idAttributeOf(record, configuredId);
    }
    isActiveDirectory ||= record.attributes.has('objectguid') || record.attributes.has('samaccountname');
  }
  return { records: seen.DN.size, rules: kindRules[isActiveDirectory ? 'active-directory' : 'openldap'], idAttribute };
}
