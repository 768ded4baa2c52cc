import { z } from 'zod';
import type { Digest } from '../../../core/model/link.ts';
import type { LogEntry, LoggedEntry } from '../../../core/model/log-entry.ts';
import { tryParseJson } from '../shared/lines.ts';

/*
 * A file of the provisioning log: a header, then one line for each operation. Each line ends with a keyed hash of itself
 * and the hash of the line before, over all files, so that a line that was changed, removed or put in does not fit any
 * more. Values are not hashed, only their digest: a person's can be taken out later, and the chain still holds.
 *
 * A line from which a person was erased keeps its hash, so that the lines after it fit as before, also in copies that
 * somebody has elsewhere. What its hash covered is not there any more; in its place it has a keyed hash of what is left,
 * of when that was done and of the hash itself, the seal.
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

/** A line as it was found. */
export type LogLine = {
  readonly hash: string;
  /** Whether it is as it was written, or as it was left when somebody was erased, after a line with this hash. */
  readonly fits: (before: string, digest: Digest) => boolean;
} & (
  | { readonly kind: 'header'; readonly header: LogHeader }
  | {
      readonly kind: 'entry';
      readonly logged: LoggedEntry;
      readonly valuesDigest: string | undefined;
      readonly valuesFit: (digest: Digest) => boolean;
      /** When somebody was taken out of it, ISO 8601. */
      readonly erased: string | undefined;
    }
  /** It was about somebody who was erased. */
  | { readonly kind: 'erased'; readonly seq: number }
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

/**
 * What is left of a line when somebody is erased from it.
 *
 * @param left undefined where it was about them
 * @param at when, ISO 8601
 */
export function erasedLine(
  { hash, logged, valuesDigest }: Extract<LogLine, { kind: 'entry' }>,
  left: LoggedEntry | undefined,
  at: string,
  digest: Digest,
): string {
  const { seq } = logged;
  const { seq: own = seq, values, ...entry } = left ?? {};
  const rest = left === undefined ? {} : { entry, ...(valuesDigest === undefined ? {} : { valuesDigest }) };
  const chained = JSON.stringify({ seq: own, ...rest, erased: at });
  const more = values === undefined ? '' : `,"values":${JSON.stringify(values)}`;
  return `${chained.slice(0, -1)},"seal":"${sealOf(chained, hash, digest)}"${more},"hash":"${hash}"}\n`;
}

/** The hash of a line. */
function chain(chained: string, before: string, digest: Digest): string {
  return digest(`log ${before}\n${chained}`);
}

function sealOf(chained: string, hash: string, digest: Digest): string {
  return digest(`log erased ${hash}\n${chained}`);
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
    return { kind: 'header', header: { lineage, after, oldest, at, before }, ...chainOf(rest, hash) };
  }
  const { values, ...chained } = rest as { readonly values?: Readonly<Record<string, unknown>> };
  if (isErased(chained)) return { kind: 'erased', seq: chained.seq, ...chainOf(chained, hash) };
  if (!isEntry(chained)) return undefined;
  const { seq, entry, valuesDigest, erased } = chained;
  return {
    kind: 'entry',
    logged: { seq, ...entry, ...(values === undefined ? {} : { values }) },
    valuesDigest,
    valuesFit: (digest) => values === undefined || digest(JSON.stringify(values)) === valuesDigest,
    erased,
    ...chainOf(chained, hash),
  };
}

function chainOf(line: object, hash: string): Pick<LogLine, 'hash' | 'fits'> {
  if (!('seal' in line)) {
    const chained = JSON.stringify(line);
    return { hash, fits: (before, digest) => chain(chained, before, digest) === hash };
  }
  const { seal, ...rest } = line;
  const left = JSON.stringify(rest);
  return { hash, fits: (_before, digest) => sealOf(left, hash, digest) === seal };
}

function isErased(value: object): value is { readonly seq: number } {
  return (
    'seq' in value && Number.isSafeInteger(value.seq) && 'erased' in value && 'seal' in value && !('entry' in value)
  );
}

function isEntry(
  value: object,
): value is {
  readonly seq: number;
  readonly entry: LogEntry;
  readonly valuesDigest?: string;
  readonly erased?: string;
} {
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
