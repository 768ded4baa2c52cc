import { join } from 'node:path';
import { mostNotedBytes, type ComparedNotes } from '../../ports/compared-notes.ts';
import { writeFully, type StateFiles } from './shared/files.ts';
import { readStateLines } from './shared/lines.ts';
import { nodeFiles } from './shared/node-files.ts';

/** Before the name of a target. */
const prefix = 'compared.';
const extension = '.ndjson';

/** Notes of comparisons as one file a target, in the state's folder. Never synced: a power cut may take them. */
export function createComparedNotes({
  folder,
  files = nodeFiles,
}: {
  readonly folder: string;
  readonly files?: StateFiles | undefined;
}): ComparedNotes {
  const pathOf = (target: string): string => join(folder, `${prefix}${target}${extension}`);
  return {
    read: async (target) => readLines(files, pathOf(target)).catch(() => []),
    append: async (target, line) => append(files, pathOf(target), `\n${line}\n`).catch(() => undefined),
    clear: async (target) => files.remove(pathOf(target)).catch(() => undefined),
  };
}

async function readLines(files: StateFiles, path: string): Promise<readonly string[]> {
  const facts = await files.inspect(path);
  if (facts?.kind !== 'file' || facts.size > 2 * mostNotedBytes) return [];
  const file = await files.open(path, 'read');
  const noted: string[] = [];
  try {
    for await (const lines of readStateLines(file, 0))
      for (const { bytes, whole } of lines) if (whole && bytes.length > 0) noted.push(bytes.toString());
  } finally {
    await file.close();
  }
  return noted;
}

/** After a line break of its own: what was cut off before it takes nothing of it along. */
async function append(files: StateFiles, path: string, text: string): Promise<void> {
  const facts = await files.inspect(path);
  const size = facts?.size ?? 0;
  const bytes = Buffer.from(text);
  if (size + bytes.length > mostNotedBytes) return;
  const file = await files.open(path, facts === undefined ? 'create' : 'extend');
  try {
    await writeFully(file, bytes, size);
  } finally {
    await file.close();
  }
}

/** Removes the notes of all targets: they have keyed digests of whoever was compared. */
export async function clearComparedNotes(files: StateFiles, folder: string): Promise<void> {
  for (const name of await files.list(folder))
    if (name.startsWith(prefix) && name.endsWith(extension)) await files.remove(join(folder, name));
}
