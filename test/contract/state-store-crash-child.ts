import { writeSync } from 'node:fs';
import { nodeFiles } from '../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { killingFilesFrom } from '../support/failing-files.ts';
import { clock, liveThrough } from '../unit/adapters/lowdb/fixture.ts';

/** Lives through everything in the folder of the first argument, and dies where the second one says. */
const [folder = '', killAt] = process.argv.slice(2);
const files = killingFilesFrom(nodeFiles, killAt) ?? nodeFiles;
await liveThrough(
  (compactAfter) => openStateStore({ folder, files, clock, compactAfter }),
  (number) => void writeSync(1, `${number}\n`),
);
