import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watchConfiguration } from '../../../src/daemon/configuration-watch.ts';
import { logLines } from '../../support/log-lines.ts';

describe('a configuration file', () => {
  it('that is changed, or changed back, is told once each time', async () => {
    const log = logLines('debug');
    let text: string | undefined = 'a';
    const watch = watchConfiguration(
      log.log,
      '/etc/dir2scim.yaml',
      () => (text === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(text)),
      'a',
    );
    for (const now of ['a', 'b', 'b', undefined, 'b', 'c', 'a', 'a']) {
      text = now;
      await watch.look();
    }
    assert.deepEqual(
      log.lines().map(({ level, event }) => [level, event]),
      [
        ['warn', 'config_changed'],
        ['warn', 'config_changed'],
        ['info', 'config_changed'],
      ],
    );
  });
});
