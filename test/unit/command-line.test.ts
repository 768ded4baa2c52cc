import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandLine } from '../../src/cli/command-line.ts';

describe('A command as it is typed here', () => {
  it('is by npm from the sources, and names the configuration that was given', () => {
    assert.equal(
      commandLine({ config: 'dir2scim.yaml' })('approve', 'hold-2ba102f94dbc'),
      'npm run -s dir2scim -- approve hold-2ba102f94dbc',
    );
    assert.equal(
      commandLine({ config: 'other.yaml', configGiven: true })('plan'),
      'npm run -s dir2scim -- plan --config other.yaml',
    );
  });
  it('can be copied into a shell whatever the path is', () => {
    assert.equal(
      commandLine({ config: "/srv/it's here/a.yaml", configGiven: true })('sync'),
      String.raw`npm run -s dir2scim -- sync --config '/srv/it'\''s here/a.yaml'`,
    );
  });
});
