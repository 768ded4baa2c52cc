import { dirname } from 'node:path';
import { writeFully, type StateFile, type StateFiles } from './files.ts';

const sliceLength = 1 << 18;

/** Where a file is written before it takes the place of the one it replaces. */
export function besides(path: string): string {
  return `${path}.tmp`;
}

/**
 * Replaces a file so that after a crash or power cut at any moment the old or the new one is there, whole: temporary
 * file of mode 0600, written fully, synced, renamed, folder synced. The popular packages for this leave out a step
 * (lowdb's writer never syncs and resets the mode; others take a short write on a full disk for success).
 */
export async function replaceFile(
  files: StateFiles,
  path: string,
  pieces: Iterable<string>,
  temporary = besides(path),
): Promise<void> {
  const { file } = await writeNew(files, temporary, pieces);
  await file.close();
  await files.rename(temporary, path);
  await files.syncFolder(dirname(path));
}

/** A whole, synced new file, left open for whoever goes on writing to it. Nothing is left of it when that fails. */
export async function writeNew(
  files: StateFiles,
  path: string,
  pieces: Iterable<string>,
): Promise<{ readonly file: StateFile; readonly size: number }> {
  await files.remove(path);
  const file = await files.open(path, 'create');
  try {
    let size = 0;
    for (const bytes of slices(pieces)) {
      await writeFully(file, bytes, size);
      size += bytes.length;
    }
    await file.sync();
    return { file, size };
  } catch (error) {
    await file.close().catch(() => undefined);
    await files.remove(path).catch(() => undefined);
    throw error;
  }
}

/** Never one giant string: V8 ends at 512 MB, and the event loop would stand still meanwhile. */
function* slices(pieces: Iterable<string>): Generator<Buffer> {
  let texts: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    texts.push(piece);
    length += piece.length;
    if (length < sliceLength) continue;
    yield Buffer.from(texts.join(''));
    texts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.from(texts.join(''));
}
