import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../../src/config/load.ts';
import type { TargetConfiguration } from '../../../src/config/configuration.ts';
import { layDialect, listSettings } from '../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../src/core/dialect/rfc7644.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { temporaryFolder, withTarget } from './files.ts';

/** The target of a configuration that stands beside these files. */
async function target(
  context: TestContext,
  lines: string,
  files: Readonly<Record<string, string>> = {},
): Promise<TargetConfiguration> {
  const folder = await temporaryFolder(context);
  for (const [name, text] of Object.entries({ ...files, 'dir2scim.yaml': withTarget(lines) })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const found = (await loadConfiguration(join(folder, 'dir2scim.yaml'))).targets.get('wiki');
  assert.ok(found !== undefined);
  return found;
}

/** What is said about a configuration that is refused, without the name of the folder. */
async function complaint(
  context: TestContext,
  lines: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    await target(context, lines, files);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return `${error.code} ${error.message.replace(/\/\S*?\/dir2scim-config-[^/]+\//g, '')}`;
  }
  return assert.fail('the configuration was accepted');
}

const dialect = ({ profile }: TargetConfiguration) => layDialect(rfc7644, profile.layers);
const origins = ({ profile }: TargetConfiguration, ...names: string[]) =>
  Object.fromEntries(
    listSettings(rfc7644, profile.layers).flatMap(({ name, origin }) => (names.includes(name) ? [[name, origin]] : [])),
  );

describe('the profile of a target', () => {
  it('is rfc7644 where nothing is said', async (t) => {
    const wiki = await target(t, '');
    assert.equal(wiki.profile.name, 'rfc7644');
    assert.deepEqual(dialect(wiki), rfc7644);
  });

  it('can be one that is shipped', async (t) => {
    const wiki = await target(t, 'profile: slack');
    assert.equal(wiki.profile.about?.title, 'Slack');
    assert.equal(dialect(wiki).users.deletion, 'deactivates');
    assert.deepEqual(origins(wiki, 'users.deletion', 'users.update'), {
      'users.deletion': 'profile',
      'users.update': 'rfc',
    });
  });

  it('can be values over one that is shipped, which come from the configuration', async (t) => {
    const wiki = await target(
      t,
      'profile: { extends: slack, members: { addPerRequest: 20 }, users: { required: [userName] } }',
    );
    assert.equal(wiki.profile.name, 'slack');
    assert.equal(dialect(wiki).members.addPerRequest, 20);
    assert.equal(dialect(wiki).members.removePerRequest, 100);
    assert.deepEqual(dialect(wiki).users.required, ['userName']);
    assert.equal(dialect(wiki).users.deletion, 'deactivates');
    assert.deepEqual(origins(wiki, 'members.addPerRequest', 'users.required', 'users.deletion', 'discovery.use'), {
      'members.addPerRequest': 'config',
      'users.required': 'config',
      'users.deletion': 'profile',
      'discovery.use': 'profile',
    });
  });

  it('can be values over rfc7644', async (t) => {
    const wiki = await target(t, 'profile: { trailingSlash: true }');
    assert.equal(wiki.profile.name, 'rfc7644');
    assert.deepEqual(dialect(wiki), { ...rfc7644, trailingSlash: true });
  });

  it('can be a file, which may extend others, each path relative to the file that names it', async (t) => {
    const wiki = await target(t, 'profile: own/wiki.yaml', {
      'own/wiki.yaml': 'extends: ../base.yml\npatch: { maxOperations: 10 }\n',
      'base.yml':
        'about: { title: Base, sources: ["https://wiki.example/"], date: "2026-01", tested: lab }\nextends: entra-legacy\npatch: { maxOperations: 5, clear: skip }\n',
    });
    assert.equal(wiki.profile.name, 'own/wiki.yaml');
    assert.equal(wiki.profile.about, undefined);
    assert.deepEqual(dialect(wiki).patch, {
      ...rfc7644.patch,
      operationCase: 'capital',
      clear: 'skip',
      maxOperations: 10,
    });
    assert.deepEqual(
      wiki.profile.layers.map(({ origin }) => origin),
      ['profile', 'profile', 'profile'],
    );
  });

  it('writes paths in their canonical spelling', async (t) => {
    const wiki = await target(t, 'profile: { users: { drop: [NICKNAME, enterprise.department] } }');
    assert.deepEqual(dialect(wiki).users.drop, [
      'nickName',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
    ]);
  });

  it('may be an empty file', async (t) => {
    assert.deepEqual(dialect(await target(t, 'profile: ./wiki.yaml', { 'wiki.yaml': '# nothing yet\n' })), rfc7644);
  });
});

describe('limits.requestsPerSecond', () => {
  it('is a budget besides those of the profile, evenly spread, from the configuration', async (t) => {
    const wiki = await target(t, 'profile: zscaler\nlimits: { requestsPerSecond: 2 }');
    assert.deepEqual(dialect(wiki).rate, [
      { requests: 5, perSeconds: 1 },
      { requests: 2, perSeconds: 1, burst: 1 },
    ]);
    assert.deepEqual(origins(wiki, 'rate'), { rate: 'config' });
  });

  it('is besides those of the configuration, too', async (t) => {
    const wiki = await target(
      t,
      'profile: { extends: zscaler, rate: [{ requests: 9, perSeconds: 60 }] }\nlimits: { requestsPerSecond: 2 }',
    );
    assert.deepEqual(
      dialect(wiki).rate.map(({ requests }) => requests),
      [9, 2],
    );
  });

  it('below one is one request in a longer time', async (t) => {
    assert.deepEqual(dialect(await target(t, 'limits: { requestsPerSecond: 0.25 }')).rate, [
      { requests: 1, perSeconds: 4, burst: 1 },
    ]);
  });
});

describe('refuses, with its place,', () => {
  const cases: Readonly<
    Record<string, readonly [lines: string, files: Readonly<Record<string, string>>, message: RegExp]>
  > = {
    'a name that no profile has': [
      'profile: slak',
      {},
      /^D2S_CONFIG_INVALID dir2scim\.yaml:10:14: targets\.wiki\.profile: there is no profile "slak"; did you mean slack\? there are: atlassian, aws-/,
    ],
    'a name like no other': [
      'profile: { extends: zzzzzzzz }',
      {},
      /^D2S_CONFIG_INVALID dir2scim\.yaml:10:25: targets\.wiki\.profile\.extends: there is no profile "zzzzzzzz"; there are: .*a file of your own is written like \.\/zzzzzzzz\.yaml/,
    ],
    'a name that would lead out of the folder': ['profile: ..', {}, /there is no profile "\.\."/],
    'a file that is not there': [
      'profile: ./wiki.yaml',
      {},
      /^D2S_CONFIG_UNREADABLE dir2scim\.yaml:10:14: targets\.wiki\.profile: the profile wiki\.yaml does not exist/,
    ],
    'a file that another names and that is not there': [
      'profile: ./wiki.yaml',
      { 'wiki.yaml': 'extends: ./none.yaml\n' },
      /^D2S_CONFIG_UNREADABLE wiki\.yaml:1:10: extends: the profile none\.yaml does not exist/,
    ],
    'a folder': ['profile: ./', {}, /^D2S_CONFIG_UNREADABLE .* is a folder/],
    'a circle': [
      'profile: ./a.yaml',
      { 'a.yaml': 'extends: ./b.yaml\n', 'b.yaml': 'extends: ./a.yaml\n' },
      /^D2S_CONFIG_INVALID b\.yaml:1:10: extends: the profiles extend each other in a circle: a\.yaml → b\.yaml → a\.yaml/,
    ],
    'an unknown section': [
      'profile: { pach: {} }',
      {},
      /^D2S_CONFIG_INVALID dir2scim\.yaml:10:16: targets\.wiki\.profile\.pach: this key is unknown; did you mean patch\?/,
    ],
    'an unknown key in a file': [
      'profile: ./wiki.yaml',
      { 'wiki.yaml': 'patch:\n  operationsCase: lower\n' },
      /^D2S_CONFIG_INVALID wiki\.yaml:2:3: patch\.operationsCase: this key is unknown; did you mean operationCase\?/,
    ],
    'a word that is none of the choices': [
      'profile: { patch: { clear: nul } }',
      {},
      /dir2scim\.yaml:10:32: targets\.wiki\.profile\.patch\.clear: "nul" is not one of remove, null, empty, skip; did you mean null\?/,
    ],
    'a number of another kind': [
      'profile: { list: { pageSize: 0 } }',
      {},
      /dir2scim\.yaml:10:34: targets\.wiki\.profile\.list\.pageSize: this must be 1 or more/,
    ],
    'a list in place of a name': [
      'profile: [slack]',
      {},
      /targets\.wiki\.profile: expected: the name of a profile, a file like .\/wiki\.yaml, or \{ extends: NAME, … \} with values; found: a list/,
    ],
    'what can be searched by, in another form': [
      'profile: { filter: { users: userName } }',
      {},
      /filter\.users: expected: any or a list of attributes/,
    ],
    'a path that is none': [
      'profile: { users: { required: ["user name"] } }',
      {},
      /users\.required\[0\]: "user name" is not a SCIM path/,
    ],
    'dropping what everyone needs': [
      'profile: { users: { drop: [ACTIVE] } }',
      {},
      /users\.drop\[0\]: active cannot be dropped: dir2scim needs it for everyone/,
    ],
    'a header that is a secret': [
      'profile: { headers: { authorization: a } }',
      {},
      /headers\.authorization: the header authorization is a secret; put it under auth/,
    ],
    'a header that the client writes': [
      'profile: { headers: { Host: a } }',
      {},
      /headers\.Host: the header Host is set by dir2scim/,
    ],
    'a budget without time': ['profile: { rate: [{ requests: 5 }] }', {}, /rate\[0\]\.perSeconds: this is missing/],
    'a month': [
      'profile: ./wiki.yaml',
      { 'wiki.yaml': 'about: { title: a, sources: ["https://a.example/"], date: "2026-13", tested: lab }\n' },
      /^D2S_CONFIG_INVALID wiki\.yaml:1:59: about\.date: "2026-13" is not a month/,
    ],
    'a source that is no address': [
      'profile: ./wiki.yaml',
      { 'wiki.yaml': 'about: { title: a, sources: [hearsay], date: "2026-11", tested: lab }\n' },
      /wiki\.yaml:1:30: about\.sources\[0\]/,
    ],
  };
  for (const [what, [lines, files, message]] of Object.entries(cases)) {
    it(what, async (t) => {
      assert.match(await complaint(t, lines, files), message);
    });
  }
});
