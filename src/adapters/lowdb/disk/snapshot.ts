import { createHash } from 'node:crypto';
import { z } from 'zod';
import { damaged, newer, stateVersion } from '../shared/faults.ts';
import type { StateFile, StateFiles } from '../shared/files.ts';
import { tryParseJson, readStateLines } from '../shared/lines.ts';
import { StateMemory } from '../memory/memory.ts';
import { readBlock } from '../memory/snapshot-lines.ts';
import { readStateChange } from './state-change.ts';
import { replaceFile } from '../shared/replace-file.ts';

/** What lowdb holds: the memory, and what ties it to the journal and the key next to it. */
export interface StateContent {
  /** Random, made once, when the state was created. The same in snapshot and journal. */
  readonly lineage: string;
  /** Proves that the key in the folder is the one whose digests are in here. */
  readonly keyProof: string;
  /** Serial of the last journal line that the memory contains. */
  serial: number;
  readonly memory: StateMemory;
}

const format = 'dir2scim-state';
const headerShape = z.object({
  format: z.literal(format),
  version: z.number().int(),
  lineage: z.string().min(1),
  keyProof: z.string().min(1),
  serial: z.number().int().nonnegative(),
});
const versionShape = z.object({ format: z.literal(format), version: z.number().int() });
const endMark = '{"end":';

/**
 * Reads a snapshot: a header line, one line for each remembered thing in the words of the journal, or for
 * many at once (`snapshot-lines.ts`), and a last line
 * with the SHA-256 of all before it.
 * @throws BridgeError when it is damaged or newer
 */
export async function readSnapshot(files: StateFiles, path: string): Promise<StateContent> {
  const file = await files.open(path, 'read');
  try {
    return await readFrom(file, path);
  } finally {
    await file.close();
  }
}

async function readFrom(file: StateFile, path: string): Promise<StateContent> {
  let content: StateContent | undefined;
  let complete = false;
  const hash = createHash('sha256');
  for await (const lines of readStateLines(file)) {
    for (const line of lines) {
      if (complete || !line.whole) throw damaged(path, 'is cut off or has something after its end');
      const text = line.bytes.toString();
      if (text.startsWith(endMark)) {
        if (text !== endLine(hash.digest('base64url'))) throw damaged(path, 'does not match its checksum');
        complete = true;
        continue;
      }
      hash.update(line.bytes).update('\n');
      if (content === undefined) content = readHeader(text, path);
      else readChange(text, content.memory, path);
    }
  }
  if (content === undefined || !complete) throw damaged(path, 'is empty or cut off');
  return content;
}

function readHeader(text: string, path: string): StateContent {
  const value = tryParseJson(text);
  const version = versionShape.safeParse(value);
  if (version.success && version.data.version > stateVersion) throw newer(path, version.data.version);
  const header = headerShape.safeParse(value);
  if (!header.success) throw damaged(path, 'has no valid first line');
  const { lineage, keyProof, serial } = header.data;
  return { lineage, keyProof, serial, memory: new StateMemory() };
}

function readChange(text: string, memory: StateMemory, path: string): void {
  // The checksum comes last: until then a change may be of any shape, and reading or applying it may throw anything.
  try {
    const value = tryParseJson(text);
    const line = readBlock(value) ?? readStateChange(value);
    if (line === undefined) throw new TypeError('not a change');
    memory.load(line);
  } catch {
    throw damaged(path, 'has a line that makes no sense');
  }
}

/**
 * Writes a snapshot in slices and puts it in place safely. Nothing else may change the memory meanwhile.
 * @param writtenAt ISO 8601, for people who compare backups
 */
export function writeSnapshot(
  files: StateFiles,
  path: string,
  content: StateContent,
  writtenAt: string,
): Promise<void> {
  return replaceFile(files, path, snapshotText(content, writtenAt));
}

function* snapshotText({ lineage, keyProof, serial, memory }: StateContent, writtenAt: string): Generator<string> {
  const hash = createHash('sha256');
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line({ format, version: stateVersion, lineage, keyProof, serial, writtenAt });
  for (const one of memory.lines()) yield line(one);
  yield `${endLine(hash.digest('base64url'))}\n`;
}

function endLine(sha256: string): string {
  return `${endMark}true,"sha256":"${sha256}"}`;
}
