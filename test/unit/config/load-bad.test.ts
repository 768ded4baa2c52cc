import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { join } from 'node:path';
import { loadConfiguration } from '../../../src/config/load.ts';
import { changed, refusal, smallest, temporaryFolder, withTarget } from './files.ts';

/** Configuration, line:column, and what the message says. */
type Case = readonly [text: string, position: string, message: RegExp];

const map = (line: string) => withTarget(`users:\n  map:\n    ${line}`);

const unknownKeys: Record<string, Case> = {
  'a section': [`${smallest}lgo: {}\n`, '10:1', /lgo: this key is unknown; did you mean log\?/],
  'a key': [
    withTarget('profil: rfc7644'),
    '10:5',
    /targets\.wiki\.profil: this key is unknown; did you mean profile\?/,
  ],
  'a key like no other': [
    changed('leaves: deactivate', 'leaves: deactivate, zzzzzz: 1'),
    '9:36',
    /known here: leaves, deleteAfter, longestLeap, groups/,
  ],
  'a key of a map line': [map('title: { value: title, aply: create }'), '12:32', /did you mean apply\?/],
  'a merge key': [`${smallest}<<: { log: {} }\n`, '10:1', /<<: this key is unknown/],
  'a key that reaches for prototypes': [
    changed('leaves: deactivate', '__proto__: { leaves: delete }, leaves: keep'),
    '9:16',
    /__proto__: this key is unknown/,
  ],
};

const notYet: Record<string, Case> = {
  admin: [
    `${smallest}admin: { listen: 127.0.0.1:9465 }\n`,
    '10:1',
    /admin: the status page and its API are not available yet/,
  ],
  'state.postgres': [
    `${smallest}state: { postgres: {} }\n`,
    '10:10',
    /PostgreSQL is not available yet; use state\.path/,
  ],
};

const wrongValues: Record<string, Case> = {
  'a missing key': [
    changed('leaves: deactivate', ''),
    '9:5',
    /removal\.leaves: this is missing; what happens to users who leave.*Required; there is no default/,
  ],
  'a missing section': [smallest.replace(/targets:[^]*/, ''), '1:1', /targets: this is missing/],
  'an empty section': [`${smallest}log:\n`, '10:5', /log: this has no value; expected: a section with keys/],
  'a list in place of a section': ['- a\n', '1:1', /expected: a section with keys; found: a list/],
  'no directories': [
    smallest.replace(/directories:[^]*(?=targets:)/, 'directories: {}\n'),
    '1:1',
    /there are no directories/,
  ],
  'a word that is none of the choices': [
    changed('deactivate', 'deactivated'),
    '9:24',
    /"deactivated" is not one of deactivate, delete, keep; did you mean deactivate\?/,
  ],
  'a number that lost its zeros': [
    changed('urls:', 'bind: { dn: 0123, password: { env: P } }\n    urls:'),
    '3:17',
    /without quotes, YAML reads 0123 as the number 123; write '0123'/,
  ],
  'a bind without a password': [
    changed('urls:', 'bind: { dn: cn=a }\n    urls:'),
    '3:5',
    /bind\.password: this is missing/,
  ],
  'a certificate beside a password': [
    changed('urls:', 'bind: { external: true, dn: cn=a }\n    tls: { cert: a.crt, key: a.key }\n    urls:'),
    '3:29',
    /dn has no meaning beside external: true/,
  ],
  'a bind by certificate without one': [
    changed('urls:', 'bind: { external: true }\n    urls:'),
    '3:13',
    /there is no certificate by which the server could know/,
  ],
  'a bind by certificate in clear': [
    changed(
      'urls: [ldaps://dc1.corp.example]',
      'bind: { external: true }\n    tls: { cert: a.crt, key: a.key }\n    urls: [ldap://localhost]',
    ),
    '5:12',
    /a certificate is shown over TLS only/,
  ],
  'a certificate of a directory without its key': [
    changed('urls:', 'tls: { cert: a.crt }\n    urls:'),
    '3:12',
    /cert is of no use without key/,
  ],
  'servers by name and by DNS': [
    changed('urls:', 'discover: corp.example\n    urls:'),
    '3:5',
    /urls and discover both say which servers are asked/,
  ],
  'a domain that is an address': [
    changed('urls: [ldaps://dc1.corp.example]', 'discover: ldaps://corp.example'),
    '3:15',
    /"ldaps:\/\/corp\.example" is not a DNS domain/,
  ],
  'a site that is none': [
    changed('urls: [ldaps://dc1.corp.example]', 'discover: { domain: corp.example, site: "Ber lin" }'),
    '3:45',
    /"Ber lin" is not the name of a site/,
  ],
  'a truth value as expression': [
    map('active: true'),
    '12:17',
    /YAML reads true as the truth value true; write 'true'/,
  ],
  'a duration without unit': [
    `${smallest}schedule: { poll: 10 }\n`,
    '10:19',
    /expected: an interval with its unit \(10s\).*found: a number/,
  ],
  'a wrong unit': [
    withTarget('removal: { leaves: deactivate, deleteAfter: 30 days }').replace(
      / {4}removal: \{ leaves: deactivate \}\n/,
      '',
    ),
    '9:49',
    /"30 days" is not a duration/,
  ],
  'a cron expression': [`${smallest}schedule: { full: "0 25 * * *" }\n`, '10:19', /"25" is not a valid hour \(0-23\)/],
  'an address': [`${smallest}http: { listen: 9464 }\n`, '10:17', /expected: host:port/],
  'a share': [withTarget('guard: { members: { percent: 101 } }'), '10:34', /this may be 100 at most/],
  'a rate': [withTarget('limits: { requestsPerSecond: 0 }'), '10:34', /this must be above 0/],
  'a concurrency': [
    withTarget('limits: { concurrency: many }'),
    '10:28',
    /expected: auto or a whole number from 1 to 1000/,
  ],
  'a name': [
    changed('wiki:', 'wiki.example:'),
    '6:3',
    /"wiki\.example" cannot be a name; use letters, digits, - and _/,
  ],
  'a DN': [changed('OU=Staff,DC=corp,DC=example', 'Staff'), '4:22', /"Staff" is not a DN/],
  'a memberOf that is no DN': [
    withTarget('scope: { users: { memberOf: [wiki-users] } }'),
    '10:34',
    /"wiki-users" is not a DN/,
  ],
  'an empty list of bases': [changed('["OU=Staff,DC=corp,DC=example"]', '[]'), '4:21', /this list is empty/],
  'a match path': [withTarget('users: { match: ["user name"] }'), '10:22', /"user name" is not a SCIM path/],
  'a map path': [map('"user name": cn'), '12:9', /"user name" is not a SCIM path/],
  'externalId in a map': [map('externalid: cn'), '12:9', /externalId cannot be mapped: it is always the source id/],
};

const contradictions: Record<string, Case> = {
  'an unknown directory': [withTarget('from: [corq]'), '10:12', /there is no directory "corq"; did you mean corp\?/],
  'a directory named twice': [withTarget('from: [corp, corp]'), '10:18', /corp is named twice/],
  'the same attribute twice': [
    withTarget('users:\n  map:\n    title: title\n    Title: cn'),
    '13:9',
    /this is the same attribute as title/,
  ],
  'the same match twice': [
    withTarget('users: { match: [userName, "urn:ietf:params:scim:schemas:core:2.0:User:userName"] }'),
    '10:32',
    /userName is named twice/,
  ],
  'two ways to authenticate': [
    changed('bearer: {', 'basic: { username: a, password: { env: B } }, bearer: {'),
    '8:5',
    /there are 2 ways to authenticate \(bearer, basic\)/,
  ],
  'a user name that HTTP Basic cannot carry': [
    changed('bearer: { env: WIKI_TOKEN }', 'basic: { username: "a:b", password: { env: B } }'),
    '8:32',
    /username: a user name of HTTP Basic cannot have a colon/,
  ],
  'the same at a proxy': [
    withTarget('proxy: { url: "http://proxy.example", username: "a:b", password: { env: B } }'),
    '10:53',
    /cannot have a colon/,
  ],
  'no way to authenticate': [changed('bearer: { env: WIKI_TOKEN }', ''), '8:5', /there is no way to authenticate/],
  'deleteAfter of nobody': [
    changed('leaves: deactivate', 'leaves: keep, deleteAfter: 1d'),
    '9:30',
    /deleteAfter has no meaning with leaves: keep/,
  ],
  'a server without URLs': [
    changed('    urls: [ldaps://dc1.corp.example]\n', ''),
    '2:3',
    /directories\.corp\.urls: this is missing/,
  ],
  'a server that reads nothing': [
    changed('    users: { bases: ["OU=Staff,DC=corp,DC=example"] }\n', ''),
    '2:3',
    /there are neither users nor groups/,
  ],
  'a server without bases': [
    changed('bases: ["OU=Staff,DC=corp,DC=example"]', ''),
    '4:5',
    /users\.bases: this is missing/,
  ],
  'an LDIF file without path': [
    changed('urls: [ldaps://dc1.corp.example]', 'kind: ldif'),
    '2:3',
    /directories\.corp\.path: this is missing/,
  ],
  'a file from a server with URLs': [
    changed('urls:', 'kind: openldap\n    path: a.ldif\n    urls:'),
    '5:5',
    /urls has no meaning for a directory with a path/,
  ],
  'an id attribute that is none': [
    changed('urls:', 'idAttribute: entry uuid\n    urls:'),
    '3:18',
    /"entry uuid" is not the name of an LDAP attribute/,
  ],
  'an LDIF file with URLs': [
    changed('urls:', 'kind: ldif\n    path: a.ldif\n    urls:'),
    '5:5',
    /urls has no meaning for kind: ldif/,
  ],
  'an LDIF file with references': [
    changed('urls: [ldaps://dc1.corp.example]', 'kind: ldif\n    path: a.ldif\n    referrals: { follow: [dc2] }'),
    '5:5',
    /referrals has no meaning for kind: ldif/,
  ],
  'references with a change feed': [
    changed('urls:', 'changes: usn\n    referrals: { follow: [dc2] }\n    urls:'),
    '3:14',
    /usn cannot tell what changes on the servers/,
  ],
  'a URL as host of references': [
    changed('urls:', 'referrals: { follow: [dc2.corp.example, "ldap://dc2"] }\n    urls:'),
    '3:45',
    /"ldap:\/\/dc2" is neither a host nor host:port/,
  ],
  'StartTLS without ldap://': [
    changed('urls:', 'startTls: true\n    urls:'),
    '3:5',
    /StartTLS upgrades ldap:\/\/, and no URL begins with that/,
  ],
  'a URL of something else': [
    changed('ldaps://dc1.corp.example', 'dc1.corp.example'),
    '3:12',
    /this is not an LDAP address/,
  ],
  'a base DN in a URL': [
    changed('ldaps://dc1.corp.example', 'ldaps://dc1/dc=corp'),
    '3:12',
    /the URL has more than a host and a port/,
  ],
  'a target that is no web address': [
    changed('https://wiki.example/scim/v2', 'ftp://wiki.example'),
    '7:10',
    /this is not an http or https address/,
  ],
  'a header that the client writes': [
    changed('bearer: {', 'headers: { Content-Type: { env: A } }, bearer: {'),
    '8:24',
    /the header Content-Type is set by dir2scim/,
  ],
};

for (const [what, cases] of Object.entries({
  'a key that is not known': unknownKeys,
  'what is not built yet': notYet,
  'a wrong value': wrongValues,
  'a contradiction': contradictions,
})) {
  describe(`refuses ${what}, with its place`, () => {
    for (const [name, [text, position, message]] of Object.entries(cases)) {
      it(name, async (t) => {
        const error = await refusal(t, text);
        assert.equal(error.code, 'D2S_CONFIG_INVALID');
        assert.match(error.message, message);
        assert.equal(/^dir2scim\.yaml:(\d+:\d+): /.exec(error.message)?.[1], position, error.message);
      });
    }
  });
}

describe('refuses to send secrets in clear text', () => {
  const bind = 'bind: { dn: cn=a, password: { env: P } }';
  for (const url of [
    'ldap://dc1.corp.example',
    'ldap://127.evil.example',
    'LDAP://10.0.0.1:389',
    'ldap://localhost.evil.example',
  ]) {
    it(`to ${url}`, async (t) => {
      const error = await refusal(
        t,
        changed('urls: [ldaps://dc1.corp.example]', `urls: [ldap://localhost, "${url}"]\n    ${bind}`),
      );
      assert.equal(error.code, 'D2S_CLEARTEXT_REFUSED');
      assert.match(error.message, /^dir2scim\.yaml:3:30: directories\.corp\.urls\[1\]: the password would travel/);
    });
  }
  it('to http://wiki.example', async (t) => {
    const error = await refusal(t, changed('https://', 'http://'));
    assert.equal(error.code, 'D2S_CLEARTEXT_REFUSED');
    assert.match(error.message, /^dir2scim\.yaml:7:10: .* would travel to wiki\.example in clear text; use https:\/\//);
  });
});

describe('refuses YAML that is none', () => {
  const cases: Record<string, Case> = {
    'the same key twice': [`${smallest}log: {}\nlog: {}\n`, '11:1', /this key is there twice/],
    'a tag': [map('active: !bit(userAccountControl, 2)'), '12:17', /a text that begins with ! must be in quotes/],
    'an unclosed quote': [map('title: "abc'), '13:1', /a closing quote/],
    'a tab': ['directories:\n\tcorp: {}\n', '2:1', /tabs cannot indent/],
    'a second document': [`${smallest}---\na: 1\n`, '10:1', /a second document begins here/],
    'a colon in a plain value': [map('title: a ? b: c'), '12:', /a second ": " on this line/],
    'a character that needs quotes': [map('title: @x'), '12:16', /must be in quotes/],
  };
  for (const [name, [text, position, message]] of Object.entries(cases)) {
    it(name, async (t) => {
      const error = await refusal(t, text);
      assert.equal(error.code, 'D2S_CONFIG_INVALID');
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`dir2scim.yaml:${position}`), error.message);
    });
  }

  it('aliases that multiply without end', async (t) => {
    const layers = Array.from(
      { length: 9 },
      (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`,
    );
    assert.match((await refusal(t, `a0: &a0 [x]\n${layers.join('\n')}\n`)).message, /more than 100/);
  });

  it('an alias of nothing', async (t) => {
    assert.match((await refusal(t, `${smallest}log: *nothing\n`)).message, /an alias \(\*name\) has no anchor/);
  });

  it('a file that is empty, not UTF-8, or too large', async (t) => {
    assert.match((await refusal(t, '# nothing\n')).message, /the file is empty/);
    assert.match((await refusal(t, Uint8Array.of(0x61, 0x3a, 0x20, 0xfc))).message, /not UTF-8/);
    assert.match((await refusal(t, `#${'x'.repeat(1_048_576)}`)).message, /1048577 bytes/);
  });
});

describe('an unreadable file', () => {
  it('that is missing comes with a hint how to start', async (t) => {
    const file = join(await temporaryFolder(t), 'none.yaml');
    await assert.rejects(loadConfiguration(file), {
      code: 'D2S_CONFIG_UNREADABLE',
      message: /there is no configuration file/,
      remedy: /dir2scim init/,
    });
  });
  it('that is a folder is named as one', async (t) => {
    await assert.rejects(loadConfiguration(await temporaryFolder(t)), {
      code: 'D2S_CONFIG_UNREADABLE',
      message: /is a folder/,
    });
  });
});

it('refuses filters that cannot be understood, with a code of their own', async (t) => {
  const broken = await refusal(t, changed('"] }', '"], filter: "(a=b" }'));
  assert.equal(broken.code, 'D2S_FILTER_INVALID');
  assert.match(
    broken.message,
    /^dir2scim\.yaml:4:62: directories\.corp\.users\.filter: the filter is not valid: a "\)" is missing \(column 5 of /,
  );
  const file = changed(
    'urls: [ldaps://dc1.corp.example]\n    users: { bases: ["OU=Staff,DC=corp,DC=example"] }',
    'kind: ldif\n    path: a.ldif\n    users: { filter: "(a:1.2.3:=b)" }',
  );
  const unmatchable = await refusal(t, file);
  assert.equal(unmatchable.code, 'D2S_FILTER_INVALID');
  assert.match(unmatchable.message, /^dir2scim\.yaml:5:22: directories\.corp\.users\.filter: /);
});

it('lists all problems in the order of the file, ten at most', async (t) => {
  const error = await refusal(
    t,
    withTarget(`profil: a\n${Array.from({ length: 12 }, (_, index) => `x${index}: 1`).join('\n')}`),
  );
  const lines = error.message.split('\n');
  assert.equal(lines[0], '13 problems in the configuration');
  assert.equal(lines.length, 12);
  assert.match(
    lines[1] ?? '',
    /dir2scim\.yaml:10:5: targets\.wiki\.profil: this key is unknown; did you mean profile\?/,
  );
  assert.equal(lines.at(-1), '  and 3 more');
});

it('keeps a problem on one line, whatever is quoted in it', async (t) => {
  const { message } = await refusal(t, changed('deactivate', `"${'a\\n\\e[31m'.repeat(500)}"`));
  assert.ok(message.length < 600);
  assert.ok(!/\p{Cc}/u.test(message));
});

it('never repeats what stands where a secret belongs', async (t) => {
  const secret = 'hunter2hunter2';
  const texts = [
    changed('{ env: WIKI_TOKEN }', secret),
    changed('{ env: WIKI_TOKEN }', `{ env: "${secret}-" }`),
    changed('{ env: WIKI_TOKEN }', `[${secret}]`),
    changed('{ env: WIKI_TOKEN }', `"${secret}`),
    changed('{ env: WIKI_TOKEN }', `${secret}" }`),
    changed('{ env: WIKI_TOKEN }', `!${secret}`),
    changed('{ env: WIKI_TOKEN }', `*${secret}`),
    changed('https://wiki', `https://user:${secret}@wiki`),
    changed('ldaps://dc1', `ldaps://user:${secret}@dc1`),
    changed('ldaps://dc1', `ldaps://user:${secret}@ dc1`),
  ];
  for (const text of texts) {
    const { message, remedy } = await refusal(t, text);
    assert.ok(!`${message}${remedy}`.includes(secret), message);
  }
});
