import { createHash } from 'node:crypto';
import type { App } from '../app.ts';
import { portable } from './portable.ts';

/** The first line of an export says so, with this version. */
export const exportFormat = 'dir2scim-export';
export const exportVersion = 1;

/** How many lines of which kind an export has, besides the first and the last. */
export interface Exported {
  readonly links: number;
  readonly lines: number;
}

/** One more line of an export. The last value of the generator says what it was. */
type ExportLines = AsyncGenerator<string, Exported>;

/**
 * The state as lines of JSON, which another state can take in: a header, one line for each thing that is remembered, and a
 * last line with their number and the SHA-256 of all before it. No secrets, no digests: ids, times and counts. Beside a
 * daemon, too; what waits in the folder for a decision is not in it.
 */
export async function* exportState(app: Pick<App, 'stateTools' | 'clock'>): ExportLines {
  const hash = createHash('sha256');
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  const made = { links: 0, lines: 0 };
  yield line({ format: exportFormat, version: exportVersion, at: new Date(app.clock.now()).toISOString() });
  for await (const batch of app.stateTools.changes()) {
    for (const change of batch) {
      const own = portable(change);
      if (own === undefined) continue;
      made.lines += 1;
      if (own.kind === 'link') made.links += 1;
      yield line(own);
    }
  }
  yield endLine(made.lines, hash.digest('base64url'));
  return made;
}

/** The last line of an export. */
export function endLine(lines: number, sha256: string): string {
  return `${JSON.stringify({ end: true, lines, sha256 })}\n`;
}
