import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { expectationText } from './expectation-text.ts';
import { play } from './play.ts';
import { readScenarios } from './scenario.ts';

/** Writes what came out as what is expected, for review. */
const isUpdate = process.env['UPDATE_SCENARIOS'] === '1';

const scenarios = await readScenarios(import.meta.dirname);

describe('scenarios', { concurrency: 4 }, () => {
  for (const scenario of scenarios) {
    it(`${scenario.name}: ${scenario.shows}`, async () => {
      const file = join(scenario.folder, 'expected.yaml');
      const played = await play(scenario);
      if (isUpdate) await writeFile(file, expectationText(played));
      assert.deepEqual(plain(played), parse(await readFile(file, 'utf8')));
    });
  }
});

/** Without keys that hold nothing, as YAML has it. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
