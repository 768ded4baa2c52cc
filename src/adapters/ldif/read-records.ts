import type { FileHandle } from 'node:fs/promises';
import { invalid, throwIfInterrupted } from './invalid.ts';
import { mostLines } from './bounds.ts';
import { readLines, type LdifLine } from './lines.ts';
import { makeRecord, parseLine, type LdifRecord, type ParsedLine } from './record.ts';

/**
 * The records of an LDIF file, one after the other; only one is held at a time. The file is read from its beginning
 * each time. Throws D2S_LDIF_INVALID for a file without records as well: nobody keeps an empty directory, but many a
 * file is emptied before it is written.
 */
export async function* readRecords(file: FileHandle, path: string, signal: AbortSignal): AsyncGenerator<LdifRecord> {
  let pending: ParsedLine[] = [];
  let count = 0;
  let isStart = true;
  for await (const lines of readLines(file, path, signal)) {
    for (const line of lines) {
      if (isStart && line.text !== '') {
        isStart = false;
        if (isVersion(line, path)) continue;
      }
      if (line.text !== '') {
        if (pending.length >= mostLines)
          throw invalid(
            path,
            line.number,
            `a record of more than ${mostLines} lines`,
            'is there an empty line missing?',
          );
        // At once: the lines of a large group would take too long in one go.
        pending.push(parseLine(line, path));
        continue;
      }
      if (pending.length === 0) continue;
      yield makeRecord(pending, path);
      throwIfInterrupted(signal, path);
      pending = [];
      count += 1;
    }
  }
  if (pending.length > 0) {
    yield makeRecord(pending, path);
    count += 1;
  }
  throwIfInterrupted(signal, path);
  if (count === 0) throw invalid(path, undefined, 'the file has no record', 'export the directory again');
}

function isVersion({ number, text }: LdifLine, path: string): boolean {
  const version = /^version: *(.*)$/i.exec(text)?.[1];
  if (version === undefined) return false;
  if (version.trim() !== '1')
    throw invalid(path, number, 'LDIF of a version other than 1', 'export it as LDIF version 1 (RFC 2849)');
  return true;
}
