import { EntryMap } from '../../support/entry-map.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readingsOf, requiredReadings } from '../../../src/cycle/read/target-readings.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { CompleteReading } from '../../../src/core/model/reading.ts';

const readingOf = (directory: string): CompleteReading => ({ kind: 'complete', directory, entries: new EntryMap([]) });

const setup = { maps: new Map(['corp', 'staff'].map((name) => [name, {} as never])) };
const both = new Map(['staff', 'corp', 'others'].map((name) => [name, readingOf(name)]));

describe('the readings of a target', () => {
  it('are those of its own directories, in its own order', () => {
    const readings = { complete: both, failed: new Map() };
    const own = [readingOf('corp'), readingOf('staff')];
    assert.deepEqual(readingsOf(setup, readings), own);
    assert.deepEqual(requiredReadings(setup, readings), own);
  });

  it('are none where one could not be read, for the reason that it gave', () => {
    const reason = new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'it is down', 'start it');
    const readings = { complete: new Map([['corp', readingOf('corp')]]), failed: new Map([['staff', reason]]) };
    assert.equal(readingsOf(setup, readings), undefined);
    assert.throws(() => requiredReadings(setup, readings), reason);
    assert.throws(() => requiredReadings(setup, { ...readings, failed: new Map() }), /directory staff was not read/);
  });
});
