import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOptions } from '../../../../src/adapters/scim/http/options.ts';
import { targetOptions } from '../../../contract/scim-target-options.ts';

describe('the options of a SCIM target', () => {
  it('take the base URL as the vendor gives it', () => {
    const { origin, basePath } = checkOptions(targetOptions('https://API.wiki.example:443/scim/v2//', 't'));
    assert.deepEqual([origin, basePath], ['https://api.wiki.example', '/scim/v2']);
    assert.equal(checkOptions(targetOptions('https://wiki.example', 't')).basePath, '');
  });

  it('are refused when they cannot work', () => {
    for (const url of [
      'wiki',
      'ftp://wiki.example',
      'https://user:pw@wiki.example',
      'https://wiki.example/?a=b',
      'https://wiki.example/#x',
    ]) {
      assert.throws(() => checkOptions(targetOptions(url, 't')), { code: 'D2S_CONFIG_INVALID' }, url);
    }
    for (const limits of [{ concurrency: 0 }, { concurrency: 1.5 }]) {
      assert.throws(() => checkOptions(targetOptions('https://wiki.example', 't', { limits })), {
        code: 'D2S_CONFIG_INVALID',
      });
    }
    for (const requestMilliseconds of [0, NaN, 2 ** 31]) {
      assert.throws(
        () => checkOptions(targetOptions('https://wiki.example', 't', { timeouts: { requestMilliseconds } })),
        { code: 'D2S_CONFIG_INVALID' },
      );
    }
  });
});
