import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { PresetName } from '../../../src/config/preset.ts';
import { defineTarget } from '../../../src/config/define-target.ts';
import { profileDialect } from '../../../src/config/profile.ts';
import type { DialectSection } from '../../../src/config/schema/profile.ts';
import { listSettings, type PartialDialect } from '../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../src/core/dialect/rfc7644.ts';
import { loadText, withTarget } from './files.ts';

const folder = new URL('../../../config/profiles/', import.meta.url);

/** What no directory has by itself. */
const maps: Readonly<Record<string, string>> = { salesforce: `users: { map: { entitlements: '["standard"]' } }` };

/** Someone who deletes and creates as little as any target allows. */
const careful = (profile: string) =>
  withTarget(`profile: ${profile}\n${maps[profile] ?? ''}`).replace('leaves: deactivate', 'leaves: keep');

for (const file of await readdir(folder)) {
  const name = file.replace(/\.yaml$/, '');
  describe(`the profile ${name}`, () => {
    it('loads, with its sources, and fits both presets', async (t) => {
      const configuration = await loadText(t, careful(name));
      const profile = configuration.targets.get('wiki')?.profile;
      assert.ok(profile !== undefined);
      assert.equal(profile.name, name);
      assert.ok(profile.about !== undefined && profile.about.sources.length > 0);
      assert.ok(profile.layers.every(({ origin }) => origin === 'profile'));
      for (const preset of ['active-directory', 'openldap'] satisfies PresetName[]) {
        await defineTarget(configuration, 'wiki', new Map([['corp', preset]]));
      }
    });

    it('says only what differs from the RFCs or the profile that it extends', async (t) => {
      const profile = (await loadText(t, careful(name))).targets.get('wiki')?.profile;
      assert.ok(profile !== undefined);
      const own: unknown = parse(await readFile(new URL(file, folder), 'utf8'));
      const isBase = typeof own === 'object' && own !== null && !('extends' in own);
      const usual = new Map(listSettings(rfc7644, []).map((setting) => [setting.name, setting.value]));
      const vain = listSettings(rfc7644, profile.layers).filter(
        ({ name: key, value, origin }) => origin !== 'rfc' && isSame(value, usual.get(key)),
      );
      assert.deepEqual(isBase ? vain.map((setting) => setting.name) : [], []);
    });

    it('has a reason beside each section, and says so where it was not tested live', async () => {
      const text = await readFile(new URL(file, folder), 'utf8');
      const isDocumented = text.includes('tested: documented');
      assert.equal(/^# [^]*?Documented, not tested live\./.test(text), isDocumented);
      const sections = text
        .split(/\n\n/)
        .filter((section) =>
          /^(?:#.*\n)*(users|groups|patch|values|members|filter|list|bulk|rate|etag|discovery|protocol|mediaType):/.test(
            section,
          ),
        );
      const silent = sections.filter((section) => !section.includes('#')).map((section) => section);
      assert.deepEqual(silent, []);
    });
  });
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

it('where deactivating deletes, coming back is a new account', async (t) => {
  for (const file of await readdir(folder)) {
    const profile = (await loadText(t, careful(file.replace(/\.yaml$/, '')))).targets.get('wiki')?.profile;
    const users = profile === undefined ? undefined : profileDialect(profile).users;
    if (users?.deactivation === 'deletes') assert.equal(users.reactivation, 'recreate', file);
  }
});

type Writable<Value> = Value extends readonly (infer Element)[]
  ? Writable<Element>[]
  : { -readonly [Key in keyof Value]: Writable<Exclude<Value[Key], undefined>> };

it('the schema takes all that a dialect can be, and nothing else (checked by the compiler)', () => {
  const toSchema = (says: Writable<PartialDialect>): DialectSection => says;
  const toDialect = (section: DialectSection): PartialDialect => section;
  assert.deepEqual(toDialect(toSchema({})), {});
});
