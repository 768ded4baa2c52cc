import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from '../support/process.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { html } from '../support/scim-server/faults.ts';
import { office, officeWithout } from './support/people.ts';
import { childEnvironment, createSite, type Site } from './support/site.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../src/cli/main.ts');
const commands = ['run', 'sync', 'plan', 'approve', 'reject', 'explain', 'check', 'doctor', 'status'];
const escape = String.fromCharCode(27);

/** One line on standard error with this code and a remedy, nothing on standard output. */
function failsWith(result: ProgramResult, exitCode: number, errorCode: string, detail = /./): void {
  assert.equal(result.code, exitCode, result.stderr + result.stdout);
  const errors = result.stderr.split('\n').filter((line) => line.startsWith('D2S_'));
  assert.equal(errors.length, 1, result.stderr);
  assert.match(errors[0] ?? '', new RegExp(`^${errorCode}: .+ — .+`));
  assert.match(errors[0] ?? '', detail);
  assert.ok(!/^\s+at /m.test(result.stderr), 'a stack is no message');
}

/** Standard output is one JSON value, and nothing else. */
function json({ stdout }: ProgramResult): Record<string, unknown> {
  const value: unknown = JSON.parse(stdout);
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}

describe('the command line', { concurrency: 2 }, () => {
  it('goes from plan to sync and back to silence: 10, 0, 0', async () => {
    await using site = await createSite({ company: office });
    const first = await site.run('plan');
    assert.equal(first.code, 10, first.stderr);
    assert.match(first.stdout, /create {5,}user {2}amara/);
    assert.deepEqual(site.target.users(), [], 'plan writes nothing');
    assert.equal((await site.run('status')).code, 0);
    const sync = await site.run('sync');
    assert.equal(sync.code, 0, sync.stderr);
    assert.equal((await site.run('plan')).code, 0);
    assert.equal((await site.run('check')).code, 0);
    assert.equal((await site.run('status')).code, 0);
    assert.equal((await site.run('explain', 'amara')).code, 0);
    assert.equal((await site.run('sync', '--full')).code, 0);
  });

  it('holds, approves, rejects: 3 until someone decides', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    const plan = await site.run('plan', '--json');
    assert.equal(plan.code, 3);
    const holdOf = ({ stdout }: ProgramResult): string =>
      /"release": "[^"]* approve (hold-\w+)/.exec(stdout)?.[1] ?? '';
    const holdId = holdOf(plan);
    assert.equal((await site.run('sync')).code, 3);
    assert.equal(site.target.users().filter(({ active }) => active === false).length, 0);
    failsWith(await site.run('approve', 'nonsense'), 2, 'D2S_PLAN_NOT_HELD', new RegExp(holdId));
    assert.equal((await site.run('reject', holdId)).code, 0);
    assert.equal((await site.run('sync')).code, 0, 'rejected: it stays undone and is no news');
    assert.equal(site.target.users().filter(({ active }) => active === false).length, 0);
    await site.show(office);
    assert.equal((await site.run('sync')).code, 0, 'nobody wants it any more: the rejection is over');
    await site.show(officeWithout('giselle', 'fergus', 'elodie', 'dorian', 'celeste', 'bastian'));
    const again = await site.run('sync', '--json');
    assert.equal(again.code, 3);
    const approved = await site.run('approve', holdOf(again), '--json');
    assert.deepEqual([approved.code, json(approved)['decision']], [0, 'approve']);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(site.target.users().filter(({ active }) => active === false).length, 6);
  });

  it('prints JSON and nothing else on standard output with --json', async () => {
    await using site = await createSite({ company: office });
    for (const args of [['plan'], ['sync'], ['plan'], ['status'], ['check'], ['explain', 'amara']]) {
      const keys = Object.keys(json(await site.run(...args, '--json')));
      assert.ok(
        keys.includes(args[0] === 'check' ? 'directories' : 'targets'),
        `${args.join(' ')}: ${keys.join(', ')}`,
      );
    }
  });

  it('says how every command is used', async () => {
    const overview = await runProgram(['--help'], childEnvironment);
    assert.equal(overview.code, 0);
    for (const command of commands) {
      assert.match(overview.stdout, new RegExp(`^  ${command} `, 'm'));
      const help = await runProgram([command, '--help'], childEnvironment);
      assert.deepEqual([help.code, help.stderr], [0, ''], command);
      assert.match(help.stdout, new RegExp(`^Usage: dir2scim ${command}`), command);
      assert.match(help.stdout, /--config/);
    }
  });

  it('ends as it would have when nobody reads its output any more', async () => {
    await using site = await createSite({ company: office });
    const unread = (command: string) =>
      run(
        'bash',
        ['-c', `"${process.execPath}" "${main}" ${command} --config "${site.config}" | true; echo "\${PIPESTATUS[0]}"`],
        { env: { ...process.env, ...childEnvironment } },
      );
    for (const [command, code] of [
      ['plan', 10],
      ['sync', 0],
      ['status', 0],
      ['--help', 0],
    ] as const) {
      const { stdout, stderr } = await unread(command);
      assert.equal(stdout, `${code}\n`, stderr);
      assert.doesNotMatch(stderr, /EPIPE|^\s+at /m);
    }
    assert.equal(site.target.users().length > 0, true);
  });

  it('uses no escape codes where nobody can see them', async () => {
    await using site = await createSite({ company: office });
    for (const args of [['plan'], ['sync'], ['status'], ['explain', 'amara'], ['check']]) {
      const { stdout, stderr } = await site.run(...args);
      assert.ok(stdout !== '' && !(stdout + stderr).includes(escape), args.join(' '));
    }
  });

  it('shows a progress bar and colours on a terminal, and no colours with NO_COLOR', async () => {
    await using site = await createSite({ company: office, target: '    limits: { requestsPerSecond: 20 }' });
    const onTerminal = (command: string, environment: NodeJS.ProcessEnv = {}) =>
      run(
        'script',
        [
          '--quiet',
          '--return',
          '--command',
          `"${process.execPath}" "${main}" ${command} --config "${site.config}"`,
          '/dev/null',
        ],
        { env: { ...process.env, ...childEnvironment, TERM: 'xterm', NO_COLOR: '', ...environment } },
      );
    const { stdout } = await onTerminal('sync');
    assert.match(stdout, /wiki .*\d+\/\d+/, 'the bar');
    assert.ok(stdout.includes(`${escape}[32m`), 'green');
    const plain = await onTerminal('status', { NO_COLOR: '1' });
    assert.ok(plain.stdout.includes('in step') && !plain.stdout.includes(`${escape}[`));
  });
});

describe('sync with nothing to send', { concurrency: 2 }, () => {
  it('sends no request, and does not say that a target is in step that may be down', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.target.stop();
    const quiet = await site.run('sync');
    assert.equal(quiet.code, 0);
    assert.match(quiet.stdout, /nothing to send, by what it acknowledged; the target was not asked/);
    assert.doesNotMatch(quiet.stdout, /in step/);
    const { targets } = JSON.parse((await site.run('sync', '--json')).stdout) as { targets: { asked: boolean }[] };
    assert.deepEqual(
      targets.map(({ asked }) => asked),
      [false],
    );
    assert.match((await site.run('plan')).stdout, /the target does not answer/);
  });
});

describe('the command line, used wrongly', { concurrency: 2 }, () => {
  let site: Site;
  before(async () => {
    site = await createSite({ company: office });
  });
  after(() => site[Symbol.asyncDispose]());

  const withConfig = async (name: string, text: string): Promise<ProgramResult[]> => {
    const file = join(site.folder, name);
    await writeFile(file, text);
    return Promise.all(
      ['sync', 'plan', 'status', 'check'].map((command) => runProgram([command, '--config', file], childEnvironment)),
    );
  };
  const sections = (directory: string, rest = ''): string =>
    `directories:\n  corp: { ${directory} }\ntargets:\n  wiki:\n    url: http://127.0.0.1:9/scim\n    auth: { bearer: { file: token } }\n    removal: { leaves: keep }\n${rest}`;

  it('ends with 2 for what is no command, option, target or argument', async () => {
    failsWith(await runProgram(['sink'], childEnvironment), 2, 'D2S_USAGE', /sync/);
    failsWith(await site.run('sync', '--fulll'), 2, 'D2S_USAGE', /--full/);
    failsWith(await site.run('approve'), 2, 'D2S_USAGE', /hold-id/);
    failsWith(await site.run('sync', '--target', 'wikki'), 2, 'D2S_USAGE', /wiki/);
    assert.equal((await runProgram([], childEnvironment)).code, 2);
  });

  it('ends with 2 for a configuration that is missing or wrong', async () => {
    for (const command of ['sync', 'plan', 'status', 'check', 'run']) {
      failsWith(
        await runProgram([command, '--config', join(site.folder, 'nowhere.yaml')], childEnvironment),
        2,
        'D2S_CONFIG_UNREADABLE',
      );
    }
    for (const result of await withConfig('bad.yaml', 'directories:\n  corp: [\n'))
      failsWith(result, 2, 'D2S_CONFIG_INVALID', /bad\.yaml:\d+:\d+/);
    for (const result of await withConfig('unknown.yaml', sections('kind: ldif, paht: people.ldif')))
      failsWith(result, 2, 'D2S_CONFIG_INVALID', /paht.*path/);
    for (const result of await withConfig(
      'plain.yaml',
      sections(
        'urls: ["ldap://dc1.corp.example"], bind: { dn: "cn=reader", password: { file: token } }, users: { bases: ["dc=corp"] }',
      ),
    )) {
      failsWith(result, 2, 'D2S_CLEARTEXT_REFUSED', /corp/);
    }
  });

  it('ends with 1 when nobody goes by a name', async () => {
    failsWith(await site.run('explain', 'nobody@corp.example'), 1, 'D2S_NOT_FOUND');
  });

  it('ends with 1 when the directory cannot be read, and check with 2', async () => {
    const file = join(site.folder, 'no-ldif.yaml');
    await writeFile(file, sections('kind: ldif, path: gone.ldif', 'state: { path: ./other-state }\n'));
    for (const [command, code] of [
      ['sync', 1],
      ['plan', 1],
      ['check', 2],
    ] as const) {
      failsWith(
        await runProgram([command, '--config', file], childEnvironment),
        code,
        'D2S_DIRECTORY_UNREACHABLE',
        /gone\.ldif/,
      );
    }
  });
});

describe('the command line before a target that is of no use', { concurrency: 2 }, () => {
  const cases: readonly [what: string, code: string, break_: (site: Site) => Promise<void>][] = [
    ['refuses the token', 'D2S_TARGET_AUTH', (site) => writeFile(join(site.folder, 'token'), 'another-token')],
    [
      'refuses the token, but not to describe itself',
      'D2S_TARGET_AUTH',
      (site) => {
        site.target.setFaults({
          before: ({ path }) => (/^\/(Users|Groups)/.test(path) ? { kind: 'answer', status: 401 } : undefined),
        });
        return Promise.resolve();
      },
    ],
    [
      'cannot be reached',
      'D2S_TARGET_UNREACHABLE',
      async (site) => {
        const port = await freePort();
        await site.reconfigure((text) => text.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
      },
    ],
    [
      'answers with a web page',
      'D2S_TARGET_PROTOCOL',
      (site) => {
        site.target.setFaults({ before: () => ({ kind: 'answer', status: 200, body: html }) });
        return Promise.resolve();
      },
    ],
  ];
  for (const [what, code, breakIt] of cases) {
    it(`ends with 1 when the target ${what}, and check with 2`, async () => {
      await using site = await createSite({ company: office });
      await breakIt(site);
      for (const [command, exitCode] of [
        ['sync', 1],
        ['plan', 1],
        ['check', 2],
      ] as const) {
        const result = await site.run(command);
        failsWith(result, exitCode, code, /wiki/);
        assert.ok(!(result.stdout + result.stderr).includes(site.token), 'the token is nobody’s business');
      }
      const status = await site.run('status');
      assert.deepEqual([status.code, status.stdout.includes(code)], [0, true], status.stdout);
      assert.deepEqual(site.target.users(), []);
    });
  }

  it('is told before anything is sent, where the address is wrong and answers 404 to everything', async () => {
    await using site = await createSite({ company: office });
    await site.reconfigure((text) => text.replace(site.target.url, `${site.target.url}/Users`));
    for (const [command, exitCode] of [
      ['check', 2],
      ['plan', 1],
      ['sync', 1],
    ] as const) {
      const result = await site.run(command);
      failsWith(result, exitCode, 'D2S_TARGET_PROTOCOL', /url is the SCIM base URL/);
      assert.doesNotMatch(result.stdout, /nothing to do/);
    }
    assert.deepEqual([...new Set(site.target.requests.map(({ method }) => method))], ['GET']);
  });

  it('of one directory keeps nobody from looking at targets that do not need it', async () => {
    await using site = await createSite({ company: office });
    const dead = await freePort();
    await site.reconfigure((text) =>
      text
        .replace(
          /^targets:$/m,
          `  lab:\n    urls: ["ldap://127.0.0.1:${dead}"]\n    users: { bases: ["dc=lab"] }\n    groups: { bases: ["dc=lab"] }\ntargets:\n  chat:\n    url: http://127.0.0.1:${dead}/scim\n    auth: { bearer: { file: token } }\n    from: [lab]\n    removal: { leaves: deactivate }`,
        )
        .replace(/^( {4}removal: .*)$/m, '$1')
        .replace(/^ {2}wiki:$/m, '  wiki:\n    from: [corp]'),
    );
    for (const args of [['plan'], ['explain', 'hector']]) {
      const result = await site.run(...args);
      failsWith(result, 1, 'D2S_DIRECTORY_UNREACHABLE', /lab/);
      assert.match(result.stdout, /wiki/, args.join(' '));
      assert.match(result.stdout, /hector/i);
    }
    failsWith(await site.run('explain', 'nobody-at-all'), 1, 'D2S_DIRECTORY_UNREACHABLE', /lab/);
  });

  it('is told by check which attributes nobody has that the map names: a slip looks like this', async () => {
    await using site = await createSite({
      company: office,
      target: '    users: { map: { nickName: nikname, title: title } }',
    });
    const check = await site.run('check');
    assert.equal(check.code, 0, check.stdout);
    const [, names = ''] = /no user has: ([^]*?)\n {4}\S/.exec(check.stdout) ?? [];
    assert.ok(names.split(/,\s+/).includes('nikname') && !names.split(/,\s+/).includes('title'), check.stdout);
  });

  it('is told by check, where it has no groups; nothing is said where a profile says so', async () => {
    await using site = await createSite({ company: office, behaviour: { groups: { supported: false } } });
    const unsaid = await site.run('check');
    assert.equal(unsaid.code, 0, unsaid.stdout); // found out, and left out
    assert.match(unsaid.stdout, /note: .*no groups: groups: \{ supported: off \}/);
    await site.reconfigure((text) => text.replace(/^ {4}url: .*$/m, '$&\n    profile: { groups: { supported: off } }'));
    const said = await site.run('check');
    assert.equal(said.code, 0, said.stdout);
    assert.doesNotMatch(said.stdout, /unknown to the target/);
  });

  it('is told by check, of the attributes that the target does not know those that somebody in scope has', async () => {
    await using site = await createSite({ company: office });
    const answer = await fetch(`${site.target.url}/Schemas`, { headers: { authorization: `Bearer ${site.token}` } });
    const body = (await answer.json()) as { Resources: { attributes: { name: string }[] }[] };
    for (const schema of body.Resources)
      schema.attributes = schema.attributes.filter(
        ({ name }) => !['title', 'addresses', 'costCenter', 'division'].includes(name),
      );
    site.target.setFaults({
      before: ({ path }) => (path === '/Schemas' ? { kind: 'answer', status: 200, body } : undefined),
    });
    const some = await site.run('check');
    assert.equal(some.code, 2, some.stdout + some.stderr);
    assert.deepEqual(
      some.stdout.match(/unknown\s+to\s+the\s+target:\s+\w+ \w+/g)?.map((text) => text.replaceAll(/\s+/g, ' ')),
      ['unknown to the target: user title'],
    );
    const people = Object.entries(office.people).map(([uid, { name }]) => [uid, { name }] as const);
    await site.show({ ...office, people: Object.fromEntries(people) });
    const nobody = await site.run('check');
    assert.equal(nobody.code, 0, nobody.stdout + nobody.stderr);
    assert.doesNotMatch(nobody.stdout, /unknown to the target/);
  });

  it('ends with 4 when the state is damaged, and touches nothing', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    site.target.clearRequests();
    await writeFile(join(site.state, 'snapshot.ndjson'), 'not a state\n');
    for (const command of ['sync', 'status', 'plan', 'run']) failsWith(await site.run(command), 4, 'D2S_STATE_DAMAGED');
    assert.deepEqual(site.target.requests, []);
  });
});
