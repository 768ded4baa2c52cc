import { EntryMap } from '../../../support/entry-map.ts';
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLdifSource, type LdifSourceOptions } from '../../../../src/adapters/ldif/source.ts';
import type { Entry } from '../../../../src/core/model/entry.ts';
import type { ErrorCode } from '../../../../src/core/model/errors.ts';
import type { Since } from '../../../../src/ports/directory-source.ts';
import { until } from '../../../support/until.ts';

const anna = `dn: uid=anna,dc=example
objectClass: inetOrgPerson
entryUUID: 7a0d9c5e-0000-4000-8000-000000000001
cn: Anna
`;
const ben = `dn: uid=ben,dc=example
objectClass: inetOrgPerson
entryUUID: 7a0d9c5e-0000-4000-8000-000000000002
cn: Ben
`;
const staff = `dn: cn=staff,dc=example
objectClass: groupOfNames
entryUUID: 7a0d9c5e-0000-4000-8000-000000000003
cn: staff
member: uid=anna,dc=example
`;

describe('createLdifSource', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
    path = join(folder, 'people.ldif');
  });
  after(() => rm(folder, { recursive: true }));

  const source = (rest: Partial<LdifSourceOptions> = {}) =>
    createLdifSource({ name: 'corp', path, settleMilliseconds: 1, ...rest });
  const asked = { user: new Set(['cn', 'cn;lang-de', 'mail', 'jpegphoto']), group: new Set(['cn', 'member']) };
  const signal = new AbortController().signal;

  async function read(content: string | Uint8Array, rest: Partial<LdifSourceOptions> = {}): Promise<Entry[]> {
    await writeFile(path, content);
    const entries: Entry[] = [];
    const { kind } = await source(rest).read({ attributes: asked, visit: (entry) => void entries.push(entry), signal });
    assert.equal(kind, 'complete');
    return entries;
  }
  const names = (entries: readonly Entry[]) => entries.map((entry) => entry.attributes.get('cn')?.join(', '));
  const refuses = (content: string | Uint8Array, message: RegExp, code: ErrorCode = 'D2S_LDIF_INVALID') =>
    assert.rejects(read(content), { code, message });

  describe('reads', () => {
    it('version, comments, folded lines, options, base64 and empty values', async () => {
      const text = `# made by hand,\n  and folded\nversion: 1\n\n\n${anna}mail:\nmail: anna@\n example.org\n# a comment\n  that goes on\nMail;x-work: second@example.org\ncn;lang-de:: w6RubmE=\n\n${staff}`;
      const [user, group] = await read(text);
      assert.deepEqual(user?.attributes.get('cn'), ['Anna']);
      assert.deepEqual(user.attributes.get('cn;lang-de'), ['änna']);
      assert.deepEqual(user.attributes.get('mail'), ['anna@example.org']);
      assert.deepEqual(group?.attributes.get('member'), ['uid=anna,dc=example']);
      assert.equal(user.id, '7a0d9c5e-0000-4000-8000-000000000001');
    });
    it('line ends of Windows, a byte order mark, and UTF-8 that a fold cut through', async () => {
      const bytes = Buffer.from(`${anna}mail: jos\u00e9@example.org\n`);
      const cut = bytes.indexOf(0xa9);
      const folded = Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        bytes.subarray(0, cut),
        Buffer.from('\n '),
        bytes.subarray(cut),
      ]);
      const [user] = await read(Buffer.from(folded.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'));
      assert.deepEqual(user?.attributes.get('mail'), ['josé@example.org']);
    });
    it('options that only say how a value is sent as nothing, in any order and case', async () => {
      const [user] = await read(`${anna}jpegPhoto;BINARY:: /9g=\nCN;X-b;LANG-de: Änne\ncn;lang-DE;x-B: Änni\n`, {});
      assert.deepEqual(user?.attributes.get('jpegphoto'), [new Uint8Array([0xff, 0xd8])]);
      assert.deepEqual(user.attributes.get('cn'), ['Anna']);
      assert.equal(user.attributes.has('cn;lang-de'), false);
    });
    it('attributes under the name by which they are asked for', async () => {
      const more = { user: new Set(['surname', 'gn;lang-de', 'telephonenumber', 'street']), group: new Set<string>() };
      await writeFile(path, `${anna}sn: Berg\ngivenName;lang-de: Änne\n2.5.4.20: 123\nstreetAddress: Kai 1\n`);
      const entries: Entry[] = [];
      await source().read({ attributes: more, visit: (entry) => void entries.push(entry), signal });
      assert.deepEqual(Object.fromEntries(entries[0]?.attributes ?? []), {
        surname: ['Berg'],
        'gn;lang-de': ['Änne'],
        telephonenumber: ['123'],
        street: ['Kai 1'],
      });
    });
    it('lines that were folded with a tab', async () => {
      const [user] = await read(`${anna}mail: anna@\n\texample.org\n`);
      assert.deepEqual(user?.attributes.get('mail'), ['anna@example.org']);
    });
    it('an export of ldifde, in which every record is an addition', async () => {
      const asAddition = (record: string) => record.replace('\n', '\nchangetype: add\n');
      assert.deepEqual(names(await read([anna, ben, staff].map(asAddition).join('\n'))), ['Anna', 'Ben', 'staff']);
      await refuses(`${asAddition(anna)}\n${ben}`, /line 7: entries beside changes/);
      await refuses(`${anna}\n${asAddition(ben)}`, /line 7: entries beside changes/);
    });
    it('bytes where a value is not UTF-8 or its attribute is binary', async () => {
      const [user] = await read(`${anna}jpegPhoto: abc\nmail:: /9g=\n`);
      assert.deepEqual(user?.attributes.get('jpegphoto'), [new Uint8Array(Buffer.from('abc'))]);
      assert.deepEqual(user.attributes.get('mail'), [new Uint8Array([0xff, 0xd8])]);
    });
    it('a file that is larger than one portion of the disk', async () => {
      const many = Array.from({ length: 3_000 }, (_, at) =>
        anna.replace('uid=anna', `uid=a${at}`).replace('000000000001', `${at}`.padStart(12, '0')),
      );
      assert.equal((await read(many.join('\n'))).length, 3_000);
    });
    it('Active Directory as its servers show it', async () => {
      const guid = Buffer.from('33221100554477668899aabbccddeeff', 'hex').toString('base64');
      const person = `dn: CN=Anna,DC=corp\nobjectClass: user\nsAMAccountType: 805306368\ncn: Anna\nobjectGUID:: ${guid}\n`;
      const computer =
        'dn: CN=PC,DC=corp\nobjectClass: user\nobjectClass: computer\nsAMAccountType: 805306369\ncn: PC\n';
      const [user, ...others] = await read(`${person}\n${computer}`);
      assert.deepEqual([user?.id, others], ['00112233-4455-6677-8899-aabbccddeeff', []]);
      const facts = await source().inspect(signal);
      assert.deepEqual([facts.kind, facts.preset, facts.idAttribute], ['ldif', 'active-directory', 'objectGUID']);
    });
    it('Active Directory as a tool exports it that leaves sAMAccountType out', async () => {
      const guids = [1, 2, 3, 4].map((last) =>
        Buffer.from(`0000000000000000000000000000000${last}`, 'hex').toString('base64'),
      );
      const record = (cn: string, at: number, more: string) =>
        `dn: CN=${cn},DC=corp\n${more}cn: ${cn}\nobjectGUID:: ${guids[at] ?? ''}\n`;
      const all = [
        record('Anna', 0, 'objectClass: user\nsAMAccountName: anna\n'),
        record('PC', 1, 'objectClass: user\nobjectClass: computer\nsAMAccountName: PC$\n'),
        record('partner', 2, 'objectClass: user\nsAMAccountName: PARTNER$\n'),
        record('Guest', 3, 'objectClass: user\nsAMAccountName: Guest\nisCriticalSystemObject: TRUE\n'),
      ].join('\n');
      assert.deepEqual(names(await read(all)), ['Anna']);
    });
    it('and says why it finds nobody', async () => {
      await read(
        'dn: CN=Anna,DC=corp\nobjectClass: contact\ncn: Anna\nsAMAccountName: anna\nobjectGUID:: MyIRAFVEd2aImaq7zN3u/w==\n',
      );
      const warningOf = async (users: LdifSourceOptions['users']) =>
        (await source({ users }).inspect(signal)).warnings?.[0] ?? '';
      assert.match(
        await warningOf(undefined),
        /^users: the filter for this kind of directory finds nobody in the file: .*objectClass=user/,
      );
      assert.equal(
        await warningOf({ bases: ['ou=nowhere'], filter: '(&(objectGUID=*)(employeeType=staff))' }),
        'users.filter: finds nobody below ou=nowhere; no record has employeetype',
      );
    });
    it('the id that the LDAP adapter would take where 389 Directory Server exports two', async () => {
      const [user] = await read(`${anna}nsUniqueId: b1b2c3d4-11d111ef-8001a2b3-c4d5e6f7\n`);
      assert.equal(user?.id, 'b1b2c3d4-11d1-11ef-8001-a2b3c4d5e6f7');
      const [other] = await read(`${anna}nsUniqueId: b1b2c3d4-11d111ef-8001a2b3-c4d5e6f7\n`, {
        idAttribute: 'entryUUID',
      });
      assert.equal(other?.id, '7a0d9c5e-0000-4000-8000-000000000001');
    });
    it('what lies below the bases and fits the filters, and whoever fits both as a user', async () => {
      const all = [anna, ben.replace('dc=example', 'ou=Sales, DC=Example'), staff].join('\n');
      assert.deepEqual(names(await read(all, { users: { bases: ['OU=sales,dc=example'] } })), ['Ben', 'staff']);
      const { user = [], group = [] } = Object.groupBy(
        await read(all, { users: { filter: '(cn=*a*)' }, groups: { filter: '(objectClass=*)' } }),
        ({ type }) => type,
      );
      assert.deepEqual([names(user), names(group)], [['Anna', 'staff'], ['Ben']]);
    });
    it('what the file holds now, and not what it held', async () => {
      assert.equal((await read(anna)).length, 1);
      await writeFile(`${path}.new`, `${anna}\n${ben}`);
      await rename(`${path}.new`, path);
      const entries: Entry[] = [];
      await source().read({ attributes: asked, visit: (entry) => void entries.push(entry), signal });
      assert.deepEqual(names(entries), ['Anna', 'Ben']);
    });
  });

  describe('that is as it was', () => {
    /** Reads once more, with what the reading before told. */
    const reading = async (since: Since | undefined) => {
      const visited: Entry[] = [];
      const visit = (entry: Entry) => void visited.push(entry);
      const outcome = await source().read({ attributes: asked, since, visit, signal });
      const { kind, watermark } = outcome;
      return {
        kind,
        visited: visited.length,
        since: watermark === undefined ? undefined : { watermark, known: new EntryMap(visited) },
      };
    };
    /** Until its times cannot be those of another content any more. */
    const settled = async (): Promise<Since> => {
      let { since } = await reading(undefined);
      await until('the file has been left alone for long enough', async () => {
        ({ since } = await reading(undefined));
        return since !== undefined;
      });
      assert.ok(since);
      return since;
    };

    it('is not read again', async () => {
      await writeFile(path, anna + '\n' + ben);
      assert.equal((await reading(undefined)).since, undefined, 'it was written to right now');
      const since = await settled();
      const { kind, visited, since: used } = await reading(since);
      assert.deepEqual([kind, visited], ['delta', 0]);
      assert.deepEqual([used?.watermark, used?.known.counts], [since.watermark, { user: 0, group: 0 }]);
    });
    it('is read again when its content is another one, whatever size and time it has', async () => {
      await writeFile(path, anna + '\n' + ben);
      const since = await settled();
      const { atime, mtime } = await stat(path);
      await writeFile(path, anna + '\n' + ben.replaceAll('Ben', 'Bob'));
      await utimes(path, atime, mtime);
      const { kind, visited } = await reading(since);
      assert.deepEqual([kind, visited], ['complete', 2]);
    });
    it('is read again when another file took its name', async () => {
      await writeFile(path, anna);
      const since = await settled();
      await writeFile(`${path}.new`, anna);
      const { atime, mtime } = await stat(path);
      await utimes(`${path}.new`, atime, mtime);
      await rename(`${path}.new`, path);
      assert.equal((await reading(since)).kind, 'complete');
    });
  });

  describe('refuses the whole file, and names the line, for', () => {
    const cases: readonly [string, string, RegExp][] = [
      ['a line without a colon', `${anna}mail\n`, /line 5: a line without an attribute name/],
      ['an attribute name that is none', `${anna}m ail: a\n`, /line 5: a line without an attribute name/],
      ['a value that is not base64', `${anna}\n${ben}cn:: YW5uY\n`, /line 10: a value that is not base64/],
      [
        'a value in another file',
        `${anna}jpegPhoto:< file:///etc/passwd\n`,
        /line 5: a value that stands in another file/,
      ],
      ['a fold without a line before it', `${anna}\n continued\n`, /line 6: a line that continues nothing/],
      ['a record without a DN', `${anna}\ncn: Ben\n`, /line 6: a record must begin with "dn:"/],
      [
        'the last lines of ldapsearch without -LLL',
        `${anna}\n# search result\nsearch: 2\nresult: 0 Success\n`,
        /line 7: a record must begin/,
      ],
      [
        'a record without objectClass',
        `${anna}\ndn: uid=ben,dc=example\ncn: Ben\n`,
        /line 6: the record has no objectClass/,
      ],
      ['two DNs in one record', `${anna}${ben}`, /line 5: a second "dn:"/],
      ['something that is no DN', anna.replace('uid=anna,dc=example', 'Anna'), /line 1: the value of "dn:" is no DN/],
      ['a list of changes', 'dn: uid=anna,dc=example\nchangetype: delete\n', /line 2: this is a list of changes/],
      [
        'a part of a large group',
        `${staff}member;range=0-1499: uid=ben,dc=example\n`,
        /line 6: only a part of member is here/,
      ],
      ['a last line that was cut off', `${anna}\n${ben.trimEnd()}`, /line 9: the last line has no end/],
      ['zeros', `${anna}mail: a\0\0\n`, /line 5: a zero byte/],
      ['another version', `version: 2\n\n${anna}`, /line 1: LDIF of a version other than 1/],
      ['no record at all', '# nothing\n', /no record/],
      ['nothing at all', '', /no record/],
      [
        'the same DN twice',
        `${anna}\n${ben}\n${anna.replace('uid=anna, dc', 'UID=Anna , DC').replace('001', '009')}`,
        /line 11: an entry with the same DN as the one in line 1/,
      ],
      [
        'the same id twice',
        `${anna}\n${ben.replace('002', '001')}`,
        /line 6: an entry with the same id as the one in line 1/,
      ],
    ];
    for (const [what, content, message] of cases) it(what, () => refuses(content, message));
    it('UTF-16', () => refuses(Buffer.from(`\ufeff${anna}`, 'utf16le'), /line 1: the file is in UTF-16/));
    it('Latin-1', async () => {
      await refuses(Buffer.from(`${anna}\n${ben}sn: M\u00fcller\n`, 'latin1'), /line 10: a value that is not UTF-8/);
      await refuses(
        Buffer.from(anna.replace('uid=anna', 'uid=\u00e4nna'), 'latin1'),
        /line 1: a value that is not UTF-8/,
      );
    });
    it('entries without an id, of which it names the first five', async () => {
      const one = (at: number) => anna.replace('uid=anna', `uid=a${at}`).replace(/entryUUID.*\n/, '');
      await refuses(
        [1, 2, 3, 4, 5, 6, 7].map(one).join('\n'),
        /lines 1, 5, 9, 13, 17 and 2 more: the entries have no usable/,
        'D2S_ENTRY_WITHOUT_ID',
      );
    });
    it('an entry without an id, with the way to get one', async () => {
      await assert.rejects(read(`${ben}\n${anna.replace(/entryUUID.*\n/, '')}`), {
        code: 'D2S_ENTRY_WITHOUT_ID',
        message: /line 6/,
        remedy: /slapcat/,
      });
      await refuses(anna.replace('7a0d9c5e-', ''), /line 1/, 'D2S_ENTRY_WITHOUT_ID');
    });
    it('a file that is not there, and one that is a folder', async () => {
      const gone = source({ path: join(folder, 'gone.ldif') });
      await assert.rejects(gone.inspect(signal), {
        code: 'D2S_DIRECTORY_UNREACHABLE',
        message: /gone\.ldif cannot be opened \(ENOENT\)/,
      });
      await assert.rejects(source({ path: folder }).inspect(signal), {
        code: 'D2S_DIRECTORY_UNREACHABLE',
        message: /is not a file/,
      });
    });
    it('the export of another directory', async () => {
      await writeFile(path, anna);
      const expected = { kind: 'openldap', idAttribute: 'entryUUID', trees: ['dc=elsewhere'] } as const;
      await assert.rejects(source().read({ attributes: asked, expected, visit: () => assert.fail(), signal }), {
        code: 'D2S_DIRECTORY_CHANGED',
        message: /dc=elsewhere, and looks like openldap by entryUUID, /,
      });
    });
    it('a filter that cannot be evaluated, before anything is read', () => {
      assert.throws(() => source({ users: { filter: '(memberOf:1.2.840.113556.1.4.1941:=cn=a)' } }), {
        code: 'D2S_FILTER_INVALID',
      });
      assert.throws(() => source({ groups: { filter: '(cn=a' } }), { code: 'D2S_FILTER_INVALID' });
    });
    it('and never tells a value', async () => {
      await writeFile(path, `${anna}secret:: !hunter2\n`);
      await assert.rejects(
        source().inspect(signal),
        (error) => error instanceof Error && !error.message.includes('hunter2') && !error.message.includes('anna'),
      );
    });
  });

  describe('while someone writes', () => {
    const readWhile = async (change: () => Promise<void>): Promise<number> => {
      await writeFile(path, [anna, ben, staff].join('\n'));
      let visits = 0;
      await source().read({
        attributes: asked,
        visit: async () => {
          visits += 1;
          if (visits === 1) await change();
        },
        signal,
      });
      return visits;
    };
    it('refuses a file that grows or shrinks', async () => {
      await assert.rejects(
        readWhile(() => appendFile(path, `\n${ben.replaceAll('ben', 'cleo').replace('002', '004')}`)),
        { code: 'D2S_LDIF_INVALID' },
      );
      await assert.rejects(
        readWhile(() => truncate(path, anna.length + 1)),
        { code: 'D2S_LDIF_INVALID' },
      );
    });
    it('reads the file that it opened when another one takes its name', async () => {
      const visits = await readWhile(async () => {
        await writeFile(`${path}.new`, anna);
        await rename(`${path}.new`, path);
      });
      assert.equal(visits, 3);
      assert.equal(await readFile(path, 'utf8'), anna);
    });
    it('waits until the file was left alone for a while', async () => {
      const all = [anna, ben, staff].join('\n');
      await writeFile(path, `${anna}\n`);
      const entries: Entry[] = [];
      const reading = source({ settleMilliseconds: 150 }).read({
        attributes: asked,
        visit: (entry) => void entries.push(entry),
        signal,
      });
      await writeFile(path, all);
      await reading;
      assert.equal(entries.length, 3);
    });
    it('gives up waiting when it is interrupted', async () => {
      await writeFile(path, anna);
      const controller = new AbortController();
      const waiting = source({ settleMilliseconds: 60_000 }).inspect(controller.signal);
      controller.abort();
      await assert.rejects(waiting, { code: 'D2S_INTERRUPTED' });
    });
  });
});
