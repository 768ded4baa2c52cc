import { writeSync } from 'node:fs';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { clock } from './fixture.ts';

/** Opens the state, says so, and stands still for a minute with its event loop blocked. */
const [folder = ''] = process.argv.slice(2);
await openStateStore({ folder, clock });
writeSync(1, 'open\n');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
