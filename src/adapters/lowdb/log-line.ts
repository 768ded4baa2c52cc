import { z } from 'zod';
import type { Digest } from '../../core/model/link.ts';
import type { LogEntry, LoggedEntry } from '../../core/model/log-entry.ts';
import { tryParseJson } from './lines.ts';

/*
 * A file of the provisioning log: a header, then one line for each operation. Each line ends with a keyed hash of itself
 * and the hash of the line before, over all files, so that a line that was changed, removed or put in does not fit any
 * more. Values are not hashed, only their digest: a person's can be taken out later, and the chain still holds.
 */

const format = 'dir2scim-log';
const headerShape = z.object({
  format: z.literal(format),
  version: z.literal(1),
  lineage: z.string(),
  /** The entry before the first of this file. */
  after: z.number().int().nonnegative(),
  /** The first entry that was kept when this file began: earlier ones were removed by age or size. */
  oldest: z.number().int().positive(),
  /** When this file began, ISO 8601. */
  at: z.string(),
  /** The hash of the line before, in the file before; that one may be gone for its age. Empty in a log's first file. */
  before: z.string(),
});
export type LogHeader = Omit<z.infer<typeof headerShape>, 'format' | 'version'>;

/** A line as it was found. `chained`: what its hash covers, besides the hash before it. */
export type LogLine = { readonly hash: string; readonly chained: string } & (
  | { readonly kind: 'header'; readonly header: LogHeader }
  | { readonly kind: 'entry'; readonly logged: LoggedEntry; readonly valuesFit: (digest: Digest) => boolean }
);

interface WrittenLine {
  readonly text: string;
  readonly hash: string;
}

export function headerLine(header: LogHeader, digest: Digest): WrittenLine {
  return sealed(JSON.stringify({ format, version: 1, ...header }), '', header.before, digest);
}

export function entryLine(seq: number, entry: LogEntry, before: string, digest: Digest): WrittenLine {
  const { values, ...rest } = entry;
  if (values === undefined) return sealed(JSON.stringify({ seq, entry: rest }), '', before, digest);
  const text = JSON.stringify(values);
  return sealed(JSON.stringify({ seq, entry: rest, valuesDigest: digest(text) }), `,"values":${text}`, before, digest);
}

function sealed(chained: string, more: string, before: string, digest: Digest): WrittenLine {
  const hash = chain(chained, before, digest);
  return { text: `${chained.slice(0, -1)}${more},"hash":"${hash}"}\n`, hash };
}

/** The hash of a line. */
export function chain(chained: string, before: string, digest: Digest): string {
  return digest(`log ${before}\n${chained}`);
}

/** Undefined when it is no line of a log, or not whole. */
export function readLogLine(text: string): LogLine | undefined {
  const value = tryParseJson(text);
  if (typeof value !== 'object' || value === null || !('hash' in value) || typeof value.hash !== 'string')
    return undefined;
  const { hash, ...rest } = value;
  if ('format' in rest) {
    const header = headerShape.safeParse(rest);
    if (!header.success) return undefined;
    const { lineage, after, oldest, at, before } = header.data;
    return { kind: 'header', header: { lineage, after, oldest, at, before }, hash, chained: JSON.stringify(rest) };
  }
  const { values, ...chained } = rest as { readonly values?: Readonly<Record<string, unknown>> };
  if (!isEntry(chained)) return undefined;
  const { seq, entry, valuesDigest } = chained;
  return {
    kind: 'entry',
    logged: { seq, ...entry, ...(values === undefined ? {} : { values }) },
    hash,
    chained: JSON.stringify(chained),
    valuesFit: (digest) => values === undefined || digest(JSON.stringify(values)) === valuesDigest,
  };
}

function isEntry(
  value: object,
): value is { readonly seq: number; readonly entry: LogEntry; readonly valuesDigest?: string } {
  return (
    'seq' in value &&
    Number.isSafeInteger(value.seq) &&
    'entry' in value &&
    typeof value.entry === 'object' &&
    value.entry !== null &&
    'sourceId' in value.entry &&
    'cycle' in value.entry
  );
}
