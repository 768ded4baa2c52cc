/**
 * `npm run fuzz -- [--minutes M]`: the property tests and those of other folders that use fast-check and need no server,
 * over and over from fresh seeds. Stops at the first failure, with the command that repeats it.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes wants a number above 0, not ${values.minutes}`);

const files = globSync('test/{property,unit}/**/*.test.ts').filter((file) =>
  readFileSync(file, 'utf8').includes("from 'fast-check'"),
);
const end = performance.now() + minutes * 60_000;
let rounds = 0;
while (performance.now() < end) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const env = { ...process.env, PROPERTY_SEED: String(seed) };
  process.stdout.write(`seed ${seed}\n`);
  const { status, stdout } = spawnSync(process.execPath, ['--import', './test/support/seeds.ts', '--test', ...files], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stdout.write(
      `${stdout}\nagain with: PROPERTY_SEED=${seed} node --import ./test/support/seeds.ts --test FILE\n`,
    );
    process.exit(1);
  }
  rounds += 1;
}
process.stdout.write(`${rounds} rounds of ${files.length} files, none failed\n`);
