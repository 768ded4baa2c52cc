import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tryParseJson } from './lines.ts';
import { heirOf } from './owner.ts';

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

/** @param folder the state's */
export async function openLatestNote(path: string | undefined, folder: string): Promise<LatestNote> {
  if (path === undefined) return noNote;
  let file: FileHandle;
  try {
    file = await open(path, 'r+').catch(() => createNote(path, folder));
  } catch {
    return noNote;
  }
  const { buffer, bytesRead } = await file
    .read(Buffer.alloc(length), 0, length, 0)
    .catch(() => ({ buffer: Buffer.alloc(0), bytesRead: 0 }));
  const found = noteShape.safeParse(tryParseJson(buffer.toString('utf8', 0, bytesRead)));
  return {
    serialOf: (lineage) => (found.success && found.data.lineage === lineage ? found.data.serial : undefined),
    write: async (lineage, serial) => {
      await file.write(`${JSON.stringify({ lineage, serial }).padEnd(length - 1)}\n`, 0).catch(() => undefined);
    },
    close: async () => file.close().catch(() => undefined),
  };
}

async function createNote(path: string, folder: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600);
  const heir = await heirOf(join(folder, 'any'));
  if (heir !== undefined) await file.chown(heir.uid, heir.gid);
  return file;
}

const noNote: LatestNote = {
  serialOf: () => undefined,
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
