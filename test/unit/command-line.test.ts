import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandLine, typedHere } from '../../src/cli/command-line.ts';

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
  it('can be copied into a shell of Windows, too', () => {
    const typed = (config: string): string => commandLine({ config, configGiven: true }, 'win32')('sync');
    assert.equal(
      typed(String.raw`C:\ProgramData\dir2scim\dir2scim.yaml`),
      String.raw`npm run -s dir2scim -- sync --config C:\ProgramData\dir2scim\dir2scim.yaml`,
    );
    assert.equal(
      typed(String.raw`C:\Program Files\d2s.yaml`),
      String.raw`npm run -s dir2scim -- sync --config "C:\Program Files\d2s.yaml"`,
    );
  });
  it('stands like that in texts that say what is to be done', () => {
    const typed = typedHere({ config: '/srv/a b.yaml', configGiven: true });
    assert.equal(
      typed('if it moved: dir2scim state rebind wiki; if it is another one: dir2scim state reset wiki (forgets)'),
      "if it moved: npm run -s dir2scim -- state rebind --config '/srv/a b.yaml' wiki; if it is another one: npm run -s dir2scim -- state reset --config '/srv/a b.yaml' wiki (forgets)",
    );
    assert.equal(typed('dir2scim plan says why'), "npm run -s dir2scim -- plan --config '/srv/a b.yaml' says why");
    assert.equal(
      typed('dir2scim goes on with what it read; dir2scim is running'),
      'dir2scim goes on with what it read; dir2scim is running',
    );
    assert.equal(typedHere({ config: 'dir2scim.yaml' })('dir2scim plan'), 'npm run -s dir2scim -- plan');
  });
});
