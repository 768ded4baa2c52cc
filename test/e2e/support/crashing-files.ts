import { cp, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StateFiles } from '../../../src/adapters/lowdb/shared/files.ts';
import { nodeFiles } from '../../../src/adapters/lowdb/shared/node-files.ts';
import { sync } from '../../../src/cli/commands/sync.ts';
import type { CommandContext } from '../../../src/cli/session.ts';
import { failingFiles, type Moment } from '../../support/failing-files.ts';
import { quietContext } from './in-process.ts';
import type { Site } from './site.ts';

/** A command of the program, run in this process. */
export type Command = (context: CommandContext) => Promise<number>;

/** The same of `dir2scim sync`. */
export function crashSync(site: Site, at: number, moment: Moment, graveyard: string): Promise<boolean> {
  return crash((context) => sync({ full: false, json: false }, context), site, at, moment, graveyard);
}

/**
 * Plays the death of a command inside this process: from its nth operation on a state file on, none does
 * anything or answers any more, and the files as they are then become the state of the next start. (They are copied:
 * the lock of the folder belongs to the dead one, which the kernel would free only if it really ended.)
 *
 * @returns false when the command came to its end before
 */
export async function crash(
  command: Command,
  site: Site,
  at: number,
  moment: Moment,
  graveyard: string,
): Promise<boolean> {
  const dead = Promise.withResolvers<'dead'>();
  const open = trackOpen(nodeFiles);
  const files = failingFiles(open.files, (number) => {
    if (number < at) return undefined;
    // Told after the half or whole of the operation has been done: that is when it would answer.
    if (number === at)
      return {
        kind: 'stop',
        moment,
        onStop: () => {
          dead.resolve('dead');
        },
      };
    return { kind: 'stop', moment: 'before' };
  });
  const listeners = signals.map((signal) => process.listeners(signal));
  const end = await Promise.race([command({ ...quietContext(site.config), parts: { files } }), dead.promise]);
  if (end !== 'dead') return false;
  signals.forEach((signal, index) => {
    for (const listener of process.listeners(signal))
      if (!(listeners[index] ?? []).includes(listener)) process.off(signal, listener);
  });
  await open.closeAll();
  const state = await open.files.inspect(site.state);
  if (state === undefined) return true; // died before there was any
  // Kept: the lock bears the folder's inode number, which the file system would give to the next one.
  const grave = join(graveyard, `${basename(site.folder)}-${at}-${moment}`);
  await rename(site.state, grave);
  await cp(grave, site.state, { recursive: true });
  return true;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The dead one's files, so that they can be closed as the kernel would. */
function trackOpen(files: StateFiles): { readonly files: StateFiles; closeAll(): Promise<void> } {
  const all = new Set<{ close(): Promise<void> }>();
  return {
    files: {
      ...files,
      open: async (path, use, folder) => {
        const file = await files.open(path, use, folder);
        all.add(file);
        return {
          read: (buffer, position) => file.read(buffer, position),
          write: (bytes, position) => file.write(bytes, position),
          sync: () => file.sync(),
          truncate: (size) => file.truncate(size),
          close: () => {
            all.delete(file);
            return file.close();
          },
        };
      },
    },
    closeAll: async () => {
      await Promise.all([...all].map((file) => file.close()));
    },
  };
}
