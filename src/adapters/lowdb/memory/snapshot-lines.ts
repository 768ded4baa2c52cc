import { z } from 'zod';
import type { StateChange } from '../../../ports/state-change.ts';

/**
 * Lines of a snapshot that are about many at once, in place of a change for each: what is kept as bytes is written as bytes,
 * in base64. Rows are numbered as their ids are listed.
 *
 * | kind          | holds                                                                                 |
 * |---------------|---------------------------------------------------------------------------------------|
 * | `words`       | what links have in common, by number (`link-words.ts`), in order; null where nobody uses one |
 * | `ids`         | packed ids (`packed-text.ts`), by row                                                 |
 * | `links`       | links of a target, as they are in memory (`link-record.ts`)                           |
 * | `proof_rows`  | rows with their proofs: 4 and 16 bytes                                                |
 * | `name_rows`   | rows with the digest of their only name: 4 and 16 bytes                               |
 * | `member_rows` | the row of a group; rows of members, 4 bytes each, in the order in which they joined  |
 */
const blockShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('words'),
    list: z.enum(['directories', 'shapes', 'digests']),
    texts: z.array(z.string().nullable()),
  }),
  z.object({ kind: z.literal('ids'), bytes: z.string() }),
  z.object({ kind: z.literal('links'), target: z.string(), bytes: z.string() }),
  z.object({ kind: z.literal('proof_rows'), target: z.string(), bytes: z.string() }),
  z.object({ kind: z.literal('name_rows'), directory: z.string(), bytes: z.string() }),
  z.object({ kind: z.literal('member_rows'), target: z.string(), group: z.number(), bytes: z.string() }),
]);

const kinds = new Set<unknown>(['words', 'ids', 'links', 'proof_rows', 'name_rows', 'member_rows']);

export type SnapshotBlock = z.infer<typeof blockShape>;

export type SnapshotLine = SnapshotBlock | StateChange;

/** Undefined for what is no block. */
export function readBlock(value: unknown): SnapshotBlock | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.has(value.kind)) return undefined;
  const block = blockShape.safeParse(value);
  return block.success ? block.data : undefined;
}
