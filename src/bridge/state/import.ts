import { createHash } from 'node:crypto';
import { BridgeError } from '../../core/model/errors.ts';
import type { StateChange } from '../../ports/state-change.ts';
import type { NewState } from '../../ports/state-tools.ts';
import type { App } from '../app.ts';
import { endLine, exportFormat, exportVersion } from './export.ts';
import { replaceState, type Replaced, type StateThere } from './replace.ts';

/** By target: how many links came. */
export type Imported = ReadonlyMap<string, number>;

/**
 * Takes an export in, as a state in place of the one there is. The next cycle looks at every account once, because the
 * state has a key of its own.
 *
 * @param lines without their ends
 * @throws BridgeError D2S_EXPORT_UNUSABLE when it is no export, not whole, or of a later version: nothing is changed
 */
export function importState(
  app: Pick<App, 'stateTools' | 'openView'>,
  lines: AsyncIterable<string>,
  isWanted: (there: StateThere) => Promise<boolean>,
): Promise<Replaced<Imported> | undefined> {
  return replaceState(app, isWanted, (state) => takeIn(lines, state));
}

/** As many lines become one record. */
const batchSize = 1000;

async function takeIn(lines: AsyncIterable<string>, { store }: NewState): Promise<Imported> {
  const links = new Map<string, number>();
  const hash = createHash('sha256');
  let batch: StateChange[] = [];
  let before: string | undefined;
  let count = -1; // the header is no line of the state
  const flush = async (): Promise<void> => {
    await store.record(batch).catch((error: unknown) => {
      throw error instanceof BridgeError ? error : notWhole(count);
    });
    batch = [];
  };
  for await (const line of lines) {
    if (before !== undefined) {
      hash.update(`${before}\n`);
      if (count < 0) checkHeader(before);
      else batch.push(changeIn(before, count, links));
      count += 1;
      if (batch.length === batchSize) await flush();
    }
    before = line;
  }
  if (count < 0 || `${before ?? ''}\n` !== endLine(count, hash.digest('base64url'))) throw notWhole(count);
  await flush();
  return links;
}

function checkHeader(line: string): void {
  const header = parsed(line);
  const isOurs = typeof header === 'object' && header !== null && 'format' in header && header.format === exportFormat;
  const version = isOurs && 'version' in header ? header.version : undefined;
  if (typeof version !== 'number') throw unusable('it does not begin as an export does');
  if (version > exportVersion)
    throw unusable(`it was written by a later version (format ${version}, this one knows ${exportVersion})`);
}

/** The checksum at the end vouches for what a change says. */
function changeIn(line: string, at: number, links: Map<string, number>): StateChange {
  const change = parsed(line) as StateChange | undefined;
  if (typeof change !== 'object') throw notWhole(at);
  if (change.kind === 'link') links.set(change.link.target, (links.get(change.link.target) ?? 0) + 1);
  return change;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function notWhole(lines: number): BridgeError {
  return unusable(`it is cut short or was changed (${Math.max(lines, 0)} lines were read)`);
}

function unusable(why: string): BridgeError {
  return new BridgeError(
    'D2S_EXPORT_UNUSABLE',
    `this is no export that can be taken in: ${why}; nothing was changed`,
    'name the file that dir2scim state export wrote, as it was written',
  );
}
