import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SourceId } from '../../../core/model/entry.ts';
import type { Watermark } from '../../../core/model/reading.ts';
import type { ChangeStrategy, Cursor } from './change-strategy.ts';

/** What a watermark of the LDAP source says. */
export interface WatermarkContent {
  readonly strategy: ChangeStrategy['name'];
  readonly cursor: Cursor;
  /** The server's URL: after a change of servers everything is compared once. */
  readonly server: string;
  /** Of bases, filters and attributes: what was read under others is no base for a delta. */
  readonly scope: string;
  /** When everything was last compared (complete or thorough light reading), monotonic milliseconds of this process. */
  readonly comparedAt: number;
  /**
   * Given by a reading that took its time (complete or light): what changed meanwhile may be known already, so that its
   * old DN is not.
   */
  readonly fresh: boolean;
  /** Read again with the next poll: servers follow a renamed or deleted entry in `member` some time afterwards. */
  readonly again: readonly SourceId[];
}

const shape = z.object({
  strategy: z.enum(['syncrepl', 'dirsync', 'usn', 'timestamp']),
  cursor: z.string(),
  server: z.string(),
  scope: z.string(),
  comparedAt: z.number(),
  fresh: z.boolean(),
  again: z.array(z.string()),
});

/** As text with a checksum: what comes back damaged is not used, and costs a complete reading. */
export function printWatermark(content: WatermarkContent): Watermark {
  const text = JSON.stringify(content);
  return `${checksum(text)} ${text}`;
}

/** Undefined when it is not one that `printWatermark` made. */
export function parseWatermark(watermark: Watermark): WatermarkContent | undefined {
  const [sum, ...rest] = watermark.split(' ');
  const text = rest.join(' ');
  if (sum !== checksum(text)) return undefined;
  const content = shape.safeParse(JSON.parse(text));
  return content.success ? content.data : undefined;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
