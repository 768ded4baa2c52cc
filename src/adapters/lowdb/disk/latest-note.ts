import { z } from 'zod';
import type { StateFile, StateFiles } from '../shared/files.ts';
import { tryParseJson } from '../shared/lines.ts';

const noteShape = z.object({ lineage: z.string(), serial: z.number().int().nonnegative() });
/** Each note takes the place of the one before. */
const length = 96;

/**
 * How far the state has come, in a small file beside its folder: whoever puts an older copy of the folder back leaves
 * this behind, and it tells. It is not synced and may be missing, or be put back as well; then nothing is noticed. It
 * never stops anybody.
 */
export interface LatestNote {
  /** The last serial that was noted of this state; undefined when there is none. */
  readonly serialOf: (lineage: string) => number | undefined;
  readonly write: (lineage: string, serial: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @param folder the state's: to whose owner the note belongs as well */
export async function openLatestNote(files: StateFiles, path: string | undefined, folder: string): Promise<LatestNote> {
  if (path === undefined) return noNote;
  let file: StateFile;
  try {
    file = await files.open(path, 'extend').catch(() => files.open(path, 'create', folder));
  } catch {
    return noNote;
  }
  const bytes = Buffer.alloc(length);
  const size = await file.read(bytes, 0).catch(() => 0);
  const found = noteShape.safeParse(tryParseJson(bytes.toString('utf8', 0, size)));
  return {
    serialOf: (lineage) => (found.success && found.data.lineage === lineage ? found.data.serial : undefined),
    write: async (lineage, serial) => {
      const text = `${JSON.stringify({ lineage, serial }).padEnd(length - 1)}\n`;
      await file.write(Buffer.from(text), 0).catch(() => undefined);
    },
    close: async () => file.close().catch(() => undefined),
  };
}

const noNote: LatestNote = {
  serialOf: () => undefined,
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
