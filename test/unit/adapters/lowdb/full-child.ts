import { writeSync } from 'node:fs';
import { BridgeError } from '../../../../src/core/model/errors.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { clock, recordOf } from './fixture.ts';

/** Records until the disk is full; prints the numbers that were acknowledged, then the error. */
const [folder = ''] = process.argv.slice(2);
const store = await openStateStore({ folder, clock });
try {
  for (let number = 0; number < 500; number += 1) {
    await store.record(recordOf(number));
    writeSync(1, `${number}\n`);
  }
} catch (error) {
  writeSync(1, `${error instanceof BridgeError ? error.line : String(error)}\n`);
}
await store.close();
