import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfiguration } from '../../src/config/load.ts';
import { startDs389 } from '../support/ds389.ts';
import { runProgram } from '../support/program.ts';
import { startSamba } from '../support/samba.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { startSlapd } from '../support/slapd.ts';
import { createClientCertificate } from '../support/tls.ts';
import { until } from '../support/until.ts';
import { companyLdif } from './support/company.ts';
import { office } from './support/people.ts';
import { childEnvironment } from './support/site.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const token = 'canary-token-5512';

/** An empty folder, and a target that nobody has written to. */
async function newcomer(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-init-'));
  const target = await startScimServer({ token });
  context.after(async () => {
    await target.stop();
    await rm(folder, { recursive: true });
  });
  const out = join(folder, 'dir2scim.yaml');
  const secrets = { ...childEnvironment, D2S_TOKEN: token };
  return {
    folder,
    out,
    target,
    secrets,
    targetOptions: ['--target-url', target.url, '--target', 'wiki', '--token-env', 'D2S_TOKEN', '--out', out],
    run: (command: string, ...args: string[]) => runProgram([command, '--config', out, ...args], secrets),
  };
}

/** init asks a server, as somebody whose password is in a file. */
async function initAt(
  { folder, targetOptions }: Awaited<ReturnType<typeof newcomer>>,
  url: string,
  who: { readonly dn: string; readonly password: string },
): Promise<void> {
  const password = join(folder, 'password');
  await writeFile(password, who.password);
  const made = await runProgram([
    'init',
    '--url',
    url,
    '--bind-dn',
    who.dn,
    '--password-file',
    password,
    ...targetOptions,
  ]);
  assert.equal(made.code, 0, made.stderr);
}

/** init made a file with which check has nothing to say, and plan has everybody to create. */
async function leadsToPlan({ out, run, target }: Awaited<ReturnType<typeof newcomer>>, users: number): Promise<string> {
  const check = await run('check');
  assert.equal(check.code, 0, check.stdout + check.stderr);
  const plan = await run('plan');
  assert.equal(plan.code, 10, plan.stdout + plan.stderr);
  assert.match(plan.stdout, new RegExp(`${users} users?\\b.*to create`));
  assert.deepEqual(target.users(), []);
  const text = await readFile(out, 'utf8');
  assert.ok(!text.includes(token), 'a secret');
  return text;
}

describe('init', { concurrency: 2 }, () => {
  it('leads from an empty folder with an LDIF file to a plan, and writes nobody down', async (t) => {
    const place = await newcomer(t);
    await writeFile(join(place.folder, 'people.ldif'), companyLdif(office));
    const made = await runProgram(['init', '--ldif', join(place.folder, 'people.ldif'), ...place.targetOptions]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /check --config .*dir2scim\.yaml/);
    const text = await leadsToPlan(place, Object.keys(office.people).length);
    for (const [uid, { name }] of Object.entries(office.people))
      for (const one of [uid, name]) assert.ok(!text.includes(one), `${one} is in the file`);
    assert.equal((await stat(place.out)).mode & 0o077, 0);
  });

  it('never puts its file in place of another one unless it is told to', async (t) => {
    const { folder, out, targetOptions } = await newcomer(t);
    await writeFile(join(folder, 'people.ldif'), companyLdif(office));
    await writeFile(out, 'mine');
    const args = ['init', '--ldif', join(folder, 'people.ldif'), ...targetOptions];
    const refused = await runProgram(args);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^D2S_USAGE: there is a file .*dir2scim\.yaml already/m);
    assert.equal(await readFile(out, 'utf8'), 'mine');
    assert.equal((await runProgram([...args, '--force'])).code, 0);
    await loadConfiguration(out);
  });

  it('says what is not said where nobody can be asked', async (t) => {
    const { folder, out } = await newcomer(t);
    await writeFile(join(folder, 'people.ldif'), companyLdif(office));
    const nothing = await runProgram(['init', '--out', out]);
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /which directory is read is not said — name it with --url, --discover or --ldif/);
    const noTarget = await runProgram(['init', '--ldif', join(folder, 'people.ldif'), '--out', out]);
    assert.match(noTarget.stderr, /--target-url/);
    const open = await runProgram(['init', '--url', 'ldap://dc1.corp.example', '--bind-dn', 'cn=a', '--out', out]);
    assert.match(open.stderr, /^D2S_CLEARTEXT_REFUSED/m);
    assert.deepEqual((await readdir(folder)).sort(), ['people.ldif']);
  });

  it('refuses options of which one would be left out, and a group that nobody has', async (t) => {
    const { folder, out, targetOptions } = await newcomer(t);
    const file = join(folder, 'people.ldif');
    await writeFile(file, companyLdif(office));
    const refused = async (text: RegExp, ...args: string[]) => {
      const { code, stderr } = await runProgram(['init', ...args, ...targetOptions]);
      assert.notEqual(code, 0);
      assert.match(stderr, text);
    };
    await refused(/--ldif and --url do not go together/, '--ldif', file, '--url', 'ldaps://dc1.corp.example');
    await refused(/--token-file and --token-env do not go together/, '--ldif', file, '--token-file', 'token');
    await refused(/--bind-dn and --cert do not go/, '--url', 'ldaps://a', '--bind-dn', 'cn=a', '--cert', 'a.crt');
    await refused(/--url and --discover do not go/, '--url', 'ldaps://a', '--discover', 'corp.example');
    for (const option of ['--ca', '--bind-dn', '--password-file', '--password-env', '--cert'])
      await refused(new RegExp(`--ldif and ${option} do not go`), '--ldif', file, option, 'x');
    await refused(/--ldif and --start-tls do not go/, '--ldif', file, '--start-tls');
    await refused(/colon/, '--ldif', file, '--basic', 'd2s:sync');
    await refused(/--site says nothing without --discover/, '--url', 'ldaps://a', '--site', 'Berlin');
    await refused(/--cert says nothing without --key/, '--url', 'ldaps://a', '--cert', 'a.crt');
    await refused(/--basic and --header do not go/, '--ldif', file, '--basic', 'd2s', '--header', 'x-api-key');
    await refused(/the client id is not said/, '--ldif', file, '--oauth2', 'https://login.example/token');
    await refused(/--bind-dn/, '--url', 'ldap://127.0.0.1:9', '--password-file', 'password');
    await refused(/one base/, '--ldif', file, '--base', 'ou=a,dc=example', '--base', 'ou=b,dc=example');
    await refused(
      /^D2S_SCOPE_GROUP_MISSING: there is no group cn=a/m,
      '--ldif',
      file,
      '--scope-group',
      'cn=a,dc=example',
    );
    await assert.rejects(stat(out), { code: 'ENOENT' });
  });

  it('writes each way in which a target may want to know it', async (t) => {
    const { folder, out, target } = await newcomer(t);
    const file = join(folder, 'people.ldif');
    await writeFile(file, companyLdif(office));
    const authOf = async (...args: string[]) => {
      const base = ['init', '--force', '--ldif', file, '--target-url', target.url, '--target', 'wiki', '--out', out];
      const made = await runProgram([...base, '--token-env', 'D2S_TOKEN', ...args]);
      assert.equal(made.code, 0, made.stderr);
      assert.match(made.stdout, /the environment variable D2S_TOKEN/);
      return (await loadConfiguration(out)).targets.get('wiki')?.auth;
    };
    const secret = { env: 'D2S_TOKEN' };
    assert.partialDeepStrictEqual(await authOf(), { kind: 'bearer', token: secret });
    assert.partialDeepStrictEqual(await authOf('--basic', 'd2s'), { kind: 'basic', username: 'd2s', password: secret });
    const header = await authOf('--header', 'x-api-key');
    assert.ok(header?.kind === 'headers' && header.headers.has('x-api-key'));
    const oauth = ['--oauth2', 'https://login.example/token', '--client-id', 'd2s'];
    const wanted = { kind: 'oauth2', tokenUrl: oauth[1], clientId: 'd2s', clientSecret: secret };
    assert.partialDeepStrictEqual(await authOf(...oauth), wanted);
    assert.partialDeepStrictEqual(await authOf(...oauth, '--oauth2-scope', 'scim'), { ...wanted, scope: 'scim' });
  });

  it('asks OpenLDAP where people are, and by what they could be known', async (t) => {
    const place = await newcomer(t);
    const person = (uid: string, mail: string) =>
      `dn: uid=${uid},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\nmail: ${mail}\n`;
    const server = await startSlapd({
      ldif: [
        'dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n',
        person('zeb', 'zeb@example.org'),
        person('ada', 'ada@example.org'),
        'dn: ou=teams,dc=example,dc=org\nobjectClass: organizationalUnit\nou: teams\n',
        'dn: cn=wiki,ou=teams,dc=example,dc=org\nobjectClass: groupOfNames\ncn: wiki\nmember: uid=zeb,ou=people,dc=example,dc=org\n',
        'dn: cn=ada,ou=teams,dc=example,dc=org\nobjectClass: groupOfNames\ncn: ada\nmember: uid=ada,ou=people,dc=example,dc=org\n',
      ].join('\n'),
    });
    t.after(() => server.dispose());
    await writeFile(join(place.folder, 'password'), server.reader.password);
    const password = ['--bind-dn', server.reader.dn, '--password-file', join(place.folder, 'password')];
    const group = ['--scope-group', 'cn=wiki,ou=teams,dc=example,dc=org', '--user-name', 'mail'];
    const made = await runProgram([
      'init',
      '--url',
      server.url,
      ...password,
      ...group,
      ...place.targetOptions,
      '--json',
    ]);
    assert.equal(made.code, 0, made.stderr);
    const answer = JSON.parse(made.stdout) as Record<string, unknown>;
    assert.equal(answer['kind'], 'openldap');
    assert.deepEqual(answer['bases'], { users: 'ou=people,dc=example,dc=org', groups: 'ou=teams,dc=example,dc=org' });
    assert.deepEqual(answer['candidates'], [
      { attribute: 'uid', have: 2, shared: 0 },
      { attribute: 'mail', have: 2, shared: 0 },
    ]);
    // The group called like a login is ada's own.
    assert.deepEqual(answer['scopeGroups'], [{ dn: 'cn=wiki,ou=teams,dc=example,dc=org', members: 1 }]);
    const text = await leadsToPlan(place, 1);
    assert.doesNotMatch(text, /zeb|ada/);
    assert.match((await place.run('plan')).stdout, /zeb@example\.org/);
  });

  it('asks OpenLDAP as whoever a certificate is mapped to', async (t) => {
    const place = await newcomer(t);
    const suffix = 'dc=example,dc=org';
    const server = await startSlapd({
      ldif: `dn: uid=zeb,${suffix}\nobjectClass: inetOrgPerson\nuid: zeb\ncn: zeb\nsn: zeb\n`,
      tls: true,
      global: ['TLSVerifyClient try', `authz-regexp "^cn=svc-d2s$" "cn=reader,${suffix}"`],
    });
    t.after(() => server.dispose());
    const { caFile = '' } = server.certificates ?? {};
    const own = await createClientCertificate(dirname(caFile), 'svc-d2s');
    const files = ['--ca', caFile, '--cert', own.certificateFile, '--key', own.keyFile];
    const made = await runProgram(['init', '--url', server.secureUrl, ...files, ...place.targetOptions]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(await leadsToPlan(place, 1), /bind: \{ external: true \}/);
  });

  it('looks for the servers of a domain in DNS, and says so where it names none', async (t) => {
    const { targetOptions } = await newcomer(t);
    const args = ['init', '--discover', 'corp.invalid', '--site', 'Berlin', '--bind-dn', 'd2s@corp.invalid'];
    const { code, stderr } = await runProgram([...args, '--password-env', 'NO_PASSWORD', ...targetOptions]);
    assert.equal(code, 1);
    assert.match(stderr, /^D2S_DIRECTORY_UNREACHABLE: .*corp\.invalid/m);
  });

  it('asks Active Directory', async (t) => {
    const place = await newcomer(t);
    const samba = await startSamba();
    t.after(() => samba.dispose());
    await samba.change(
      [
        'dn: OU=Staff,$S\nchangetype: add\nobjectClass: organizationalUnit\n',
        'dn: CN=Zeb,OU=Staff,$S\nchangetype: add\nobjectClass: user\nsAMAccountName: zeb\nuserAccountControl: 544\nuserPrincipalName: zeb@corp.example\nmail: zeb@corp.example\nsn: Z\n',
      ]
        .join('\n')
        .replaceAll('$S', samba.suffix),
    );
    await initAt(place, samba.url, samba.administrator);
    const text = await readFile(place.out, 'utf8');
    assert.match(text, /# active-directory: \d+ users?/);
    assert.match(text, /users: \{ bases: \["(?:OU=Staff,)?DC=/);
    assert.equal((await place.run('check')).code, 0);
    assert.equal((await place.run('plan')).code, 10);
  });

  it('asks 389 Directory Server', async (t) => {
    const place = await newcomer(t);
    const server = await startDs389();
    t.after(() => server.dispose());
    await server.change(
      `dn: ou=people,${server.suffix}\nchangetype: add\nobjectClass: organizationalUnit\nou: people\n\ndn: uid=zeb,ou=people,${server.suffix}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: zeb\ncn: Zeb\nsn: Z\n`,
    );
    await initAt(place, server.url, server.reader);
    assert.match(await leadsToPlan(place, 1), /# 389ds: 1 user/);
  });

  it('asks a person on a terminal, who may accept what it suggests', async (t) => {
    const { folder, target, secrets } = await newcomer(t);
    await writeFile(join(folder, 'people.ldif'), companyLdif(office));
    await mkdir(join(folder, 'etc'));
    const command = `"${process.execPath}" "${main}" init --out etc/dir2scim.yaml`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, ...secrets },
    });
    t.after(() => child.kill('SIGKILL'));
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const answers: readonly (readonly [RegExp, string])[] = [
      [/The directory: .* path of an LDIF file $/, 'people.ldif'],
      [/known by on the target \[uid\] $/, 'mail'],
      [/empty: everybody\) $/, ''],
      [/base URL of the SCIM service.* $/, target.url],
      [/a name of docs\/targets\.md \[rfc7644\] $/, ''],
      [/oauth2 or headers \[bearer\] $/, ''],
      [/a file, or \$VARIABLE \[\$\w+_TOKEN\] $/, '$D2S_TOKEN'],
    ];
    for (const [question, answer] of answers) {
      const shown = (): string => screen.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '');
      await until(String(question), () => question.test(shown()));
      screen = '';
      child.stdin.write(`${answer}\n`);
    }
    await until('the end', () => screen.includes('neither writes anything'));
    const text = await readFile(join(folder, 'etc/dir2scim.yaml'), 'utf8');
    assert.match(text, /path: "\.\.\/people\.ldif"/);
    assert.match(text, /userName: "lower\(first\(mail\)\)"/);
    assert.match(text, /\{ env: D2S_TOKEN \}/);
    assert.equal((await runProgram(['check', '--config', join(folder, 'etc/dir2scim.yaml')], secrets)).code, 0);
  });

  it('ends in a sentence when whoever is asked goes away', async (t) => {
    const { folder } = await newcomer(t);
    for (const key of ['\u0003', '\u0004']) {
      const child = spawn('script', ['-qefc', `"${process.execPath}" "${main}" init`, '/dev/null'], {
        cwd: folder,
        env: { ...process.env, ...childEnvironment },
      });
      t.after(() => child.kill('SIGKILL'));
      let screen = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
      await until('the question', () => screen.includes('path of an LDIF file'));
      child.stdin.write(key);
      await until('the end', () => child.exitCode !== null);
      assert.equal(child.exitCode, 1);
      assert.match(screen, /D2S_INTERRUPTED: the question was not answered/);
    }
    assert.deepEqual(await readdir(folder), []);
  });
});
