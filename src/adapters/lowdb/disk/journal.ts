import { z } from 'zod';
import type { StateChange } from '../../../ports/state-change.ts';
import { damaged, newer, stateVersion } from '../shared/faults.ts';
import type { StateFile, StateFiles } from '../shared/files.ts';
import { tryParseJson, readStateLines, seal, unseal } from '../shared/lines.ts';
import { readRecord } from './state-change.ts';

/**
 * The journal holds what came after the snapshot: a header, then one line for each disk sync with all records that
 * shared it. So whatever a crash leaves half-written is always the last line, and only that.
 */
export interface JournalContent {
  readonly lineage: string;
  /** Serial of the last line before this journal. */
  readonly after: number;
  /** Serial of its last whole line. */
  readonly last: number;
  /** Position after its last whole line. What follows was never acknowledged. */
  readonly end: number;
  /** What follows, none of which is as it was written. Undefined when nothing does. */
  readonly tail?: { readonly bytes: number; readonly lines: number } | undefined;
}

const format = 'dir2scim-journal';
const headerShape = z.object({
  format: z.literal(format),
  version: z.number().int(),
  lineage: z.string().min(1),
  after: z.number().int().nonnegative(),
});

export function journalHeader(lineage: string, after: number): string {
  return seal(JSON.stringify({ format, version: stateVersion, lineage, after }));
}

/**
 * @param records each the JSON text of one record's changes
 * @param paths lists of paths that these name by number
 */
export function journalLine(serial: number, records: readonly string[], paths: Paths = new Map()): string {
  const explained = paths.size === 0 ? '' : `"paths":${JSON.stringify(Object.fromEntries(paths))},`;
  return seal(`{"serial":${serial},${explained}"records":[${records.join(',')}]}`);
}

/** Lists of paths by number. */
export type Paths = ReadonlyMap<number, readonly string[]>;

const pathsShape = z.record(z.string(), z.array(z.string()));

/**
 * Reads a journal from its beginning and visits every record that stands after a serial, in order.
 * @throws BridgeError when anything but its very end is damaged, or it is newer
 */
export async function readJournal(
  files: StateFiles,
  path: string,
  after: number,
  visit: (changes: readonly StateChange[]) => void,
): Promise<JournalContent> {
  const file = await files.open(path, 'read');
  try {
    return await readFrom(file, path, after, visit);
  } finally {
    await file.close();
  }
}

async function readFrom(
  file: StateFile,
  path: string,
  after: number,
  visit: (changes: readonly StateChange[]) => void,
): Promise<JournalContent> {
  let header: z.infer<typeof headerShape> | undefined;
  let last = 0;
  let end = 0;
  let tail = 0;
  let size = 0;
  for await (const lines of readStateLines(file)) {
    for (const line of lines) {
      size = line.end;
      const object = line.whole ? unseal(line.bytes.toString()) : undefined;
      if (object === undefined) {
        tail += 1;
        continue;
      }
      if (tail > 0) throw damaged(path, `has a damaged line at byte ${end}, and whole lines after it`);
      if (header === undefined) {
        header = readHeader(object, path);
        last = header.after;
      } else {
        const entry = readEntry(object);
        if (entry?.serial !== last + 1) throw damaged(path, `misses line ${last + 1} at byte ${end}`);
        last = entry.serial;
        if (last > after) entry.records.forEach(visit);
      }
      end = line.end;
    }
  }
  if (header === undefined) throw damaged(path, 'has no valid first line');
  return {
    lineage: header.lineage,
    after: header.after,
    last,
    end,
    ...(tail === 0 ? {} : { tail: { bytes: size - end, lines: tail } }),
  };
}

function readHeader(object: string, path: string): z.infer<typeof headerShape> {
  const header = headerShape.safeParse(tryParseJson(object));
  if (!header.success) throw damaged(path, 'has no valid first line');
  if (header.data.version > stateVersion) throw newer(path, header.data.version);
  return header.data;
}

interface JournalEntry {
  readonly serial: number;
  readonly records: readonly (readonly StateChange[])[];
}

function readEntry(object: string): JournalEntry | undefined {
  const value = tryParseJson(object);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('serial' in value && 'records' in value) || typeof value.serial !== 'number') return undefined;
  if (!Array.isArray(value.records)) return undefined;
  const paths = 'paths' in value ? pathsShape.safeParse(value.paths).data : undefined;
  const records = value.records
    .map((record) => readRecord(record, (number) => paths?.[number]))
    .filter((record) => record !== undefined);
  return records.length === value.records.length ? { serial: value.serial, records } : undefined;
}
