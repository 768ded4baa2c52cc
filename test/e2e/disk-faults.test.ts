import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { nodeFiles } from '../../src/adapters/lowdb/shared/node-files.ts';
import { failingFiles } from '../support/failing-files.ts';
import { startProgram, type ProgramResult } from '../support/program.ts';
import { until } from '../support/until.ts';
import { commandOf, errands, logOf } from './support/commands.ts';
import type { Company } from './support/company.ts';
import { daemonSections, startDaemon, type Daemon } from './support/daemon.ts';
import { quietContext, syncHere } from './support/in-process.ts';
import { beforeEverything, beforeFirstLoad, checkConverged } from './support/journey.ts';
import { office, officeWith, officeWithout } from './support/people.ts';
import { forEachOnSite } from './support/repeated-site.ts';
import { shapeOf } from './support/shape.ts';
import { childEnvironment, createSite, type Site } from './support/site.ts';

const run = promisify(execFile);
const failingMain = join(import.meta.dirname, 'support/failing-main.ts');
const cli = join(import.meta.dirname, '../../src/cli/main.ts');
const writes = ({ target }: Site): string[] =>
  target.requests.flatMap(({ method, path }) => (method === 'GET' ? [] : [`${method} ${path}`]));

/** A real file system of a few pages (only root can make one), which can be filled to the last. */
async function smallDisk(folder: string): Promise<AsyncDisposable & { fill(): Promise<void>; free(): Promise<void> }> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'none', folder]);
  const filler = join(folder, 'filler');
  return {
    fill: async () => {
      const { bavail, bsize } = await statfs(folder);
      await writeFile(filler, Buffer.alloc(bavail * bsize));
    },
    free: () => rm(filler),
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', folder]);
    },
  };
}

const promoted = officeWith(
  Object.fromEntries(Object.entries(office.people).map(([uid, person]) => [uid, { ...person, title: 'Navigator' }])),
);
const arePromoted = ({ target }: Site): boolean => target.users().every(({ title }) => title === 'Navigator');

async function runningSite(fault: string): Promise<{ readonly site: Site; readonly daemon: Daemon }> {
  const site = await createSite({ company: office, sections: daemonSections });
  const daemon = await startDaemon(site, { FAULT: join(site.folder, fault) }, (environment) =>
    startProgram([site.config, 'run'], environment, failingMain),
  );
  await daemon.moreCycles(1, 'success');
  site.target.clearRequests();
  return { site, daemon };
}

describe('the daemon on a failing disk', { concurrency: 2 }, () => {
  for (const code of ['EROFS', 'EIO'])
    it(`sends nothing after ${code}, is not ready, says what to do, and recovers by itself`, async () => {
      const { site, daemon } = await runningSite('fault');
      await using all = new AsyncDisposableStack();
      all.use(site);
      all.use(daemon);
      await writeFile(join(site.folder, 'fault'), code);
      await site.show(promoted);
      await until('it is not ready', async () => (await daemon.get('/readyz')).status === 503);
      assert.match((await daemon.get('/readyz?verbose')).text, /state/);
      assert.equal((await daemon.get('/livez')).status, 200);
      await until('it failed', async () => (await daemon.cycles('error')) >= 1);
      await daemon.moreCycles(2, 'error').catch(() => undefined);
      assert.deepEqual(writes(site), []);
      assert.match((await daemon.get('/metrics')).text, /^dir2scim_state_writes_total\{result="error"\} [1-9]/m);
      const told = daemon.log.find(({ code: one }) => one === 'D2S_STATE_UNWRITABLE');
      assert.match(JSON.stringify(told), new RegExp(`\\(${code}\\).*(disk|folder)`));
      await rm(join(site.folder, 'fault'));
      await until('the changes are there', () => arePromoted(site));
      await until('it is ready again', async () => (await daemon.get('/readyz')).status === 200);
      await daemon.moreCycles(1, 'success');
      assert.deepEqual((await logOf(site)).flaws, []);
    });
});

/** From its nth operation on, the disk takes nothing any more. */
function fullFrom(at: number, code: string) {
  return failingFiles(nodeFiles, (number, operation) =>
    number < at || operation === 'remove' ? undefined : { kind: 'error', moment: 'halfway', code },
  );
}

describe('a command on a disk that takes nothing any more from one operation on', () => {
  const codes = ['ENOSPC', 'EROFS', 'EIO', 'EFBIG'];
  const works = [
    { what: 'a first load', args: ['sync'], make: () => beforeFirstLoad(1) },
    { what: 'a sync that does everything', args: ['sync'], make: () => beforeEverything(1) },
    { what: 'verify --repair', args: ['verify', '--repair'], make: errands[0]?.make ?? (() => beforeFirstLoad(1)) },
  ];
  for (const { what, args, make } of works)
    it(
      `has no effect that was not recorded, and comes to the same when there is room: ${what}`,
      { timeout: 170_000 },
      async () => {
        const rehearsal = failingFiles(nodeFiles, () => undefined);
        const whole = await make();
        assert.equal(await commandOf(args)({ ...quietContext(whole.config), parts: { files: rehearsal } }), 0);
        const shape = shapeOf(whole.target);
        await whole[Symbol.asyncDispose]();
        const cases = rehearsal.operations.map((_, index) => index + 1);
        let failed = 0;
        await forEachOnSite(cases, 4, make, async (site, at) => {
          const code = codes[at % codes.length] ?? '';
          const name = `${what}, ${at} (${rehearsal.operations[at - 1] ?? ''}): ${code}`;
          const files = fullFrom(at, code);
          let sentAtFault = Infinity;
          const watched = failingFiles(files, () => {
            if (files.operations.length >= at && sentAtFault === Infinity) sentAtFault = writes(site).length;
            return undefined;
          });
          const before = writes(site).length;
          const notes: string[] = [];
          const context = quietContext(site.config);
          const terminal = { ...context.terminal, note: (line: string) => void notes.push(line) };
          const ended = await commandOf(args)({ ...context, terminal, parts: { files: watched } }).catch(String);
          if (ended !== 0) failed += 1;
          // One request may be on its way, of which the state knows that it is.
          assert.ok(writes(site).length <= Math.max(sentAtFault, before) + 1, `${name}: went on sending`);
          if (args[0] !== 'sync') assert.equal(await commandOf(args)(quietContext(site.config)), 0, name);
          await checkConverged(site, shape, name);
          assert.deepEqual((await logOf(site)).flaws, [], name);
        });
        assert.ok(failed > cases.length / 2, `${failed} of ${cases.length} failed`);
      },
    );
});

describe('commands on a full disk', { concurrency: 2 }, () => {
  it('leave a decision as it was, say what to do, and work when there is room', async () => {
    await using site = await createSite({
      company: office,
      target: '    guard: { removals: { percent: 0, atLeast: 1 } }',
    });
    await using disk = await smallDisk(site.state);
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWithout('celeste', 'dorian'));
    const { stdout } = await site.run('sync');
    const holdId = /approve (hold-\w+)/.exec(stdout)?.[1] ?? '';
    await disk.fill();
    for (const words of [
      ['approve', holdId],
      ['reject', holdId],
    ]) {
      const { code, stderr } = await site.run(...words);
      assert.equal(code, 4, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, /D2S_STATE_UNWRITABLE.*ENOSPC.*make room on the disk/);
    }
    assert.deepEqual(await readdir(join(site.state, 'decisions')).catch(() => []), []);
    assert.equal((await site.run('status')).code, 0, 'reading needs no room');
    assert.equal((await site.run('verify')).code, 0);
    await disk.free();
    assert.equal((await site.run('approve', holdId)).code, 0);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(site.target.users().filter(({ active }) => active === false).length, 2);
  });

  it('write files for people whole or not at all, and leave what was there', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(promoted);
    const folder = join(site.folder, 'small');
    await using disk = await smallDisk(folder);
    const calls: readonly (readonly [string, readonly string[], number])[] = [
      ['plan.json', ['plan', '--out', join(folder, 'plan.json')], 10],
      ['export', ['state', 'export', join(folder, 'export')], 0],
      ['bundle.json', ['support-bundle', '--force', '--out', join(folder, 'bundle.json')], 0],
    ];
    for (const [, words, good] of calls) assert.equal((await site.run(...words)).code, good, words.join(' '));
    const before = await Promise.all(calls.map(([name]) => readFile(join(folder, name), 'utf8')));
    await disk.fill();
    for (const [, words] of calls) {
      const { code, stderr } = await site.run(...words);
      assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, /cannot be written to \S+ \(ENOSPC\).*make room on the disk/);
    }
    assert.deepEqual(await Promise.all(calls.map(([name]) => readFile(join(folder, name), 'utf8'))), before);
    assert.deepEqual((await readdir(folder)).sort(), ['bundle.json', 'export', 'filler', 'plan.json']);
    const fresh = await site.run('support-bundle', '--out', join(folder, 'other.json'));
    assert.equal(fresh.code, 2);
    assert.ok(!(await readdir(folder)).includes('other.json'), 'no half of one');
  });
});

describe('a sync under a limit of the file size (ulimit -f)', () => {
  it('stops before the next change, and makes nobody twice when the limit is gone', async () => {
    const crowd: Company = {
      people: Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`p${at}`, { name: `Person No${at}` }])),
      groups: { all: ['p0', 'p1', 'p2'] },
    };
    await using site = await createSite({ company: crowd });
    const limited = `ulimit -f 160; exec "${process.execPath}" "${cli}" sync --config "${site.config}"`;
    const ended = await run('sh', ['-c', limited], { env: { ...process.env, ...childEnvironment } }).catch(
      (error: unknown) => error as ProgramResult,
    );
    assert.match(ended.stderr, /D2S_STATE_UNWRITABLE.*EFBIG/);
    const made = site.target.users().length;
    assert.ok(made > 0 && made < 150, `${made} were made`);
    const { code } = await syncHere(site.config);
    assert.equal(code, 0);
    assert.equal(site.target.users().length, 150);
    assert.deepEqual(site.target.violations, []);
    const { entries, flaws } = await logOf(site);
    assert.deepEqual(flaws, []);
    const creations = entries.filter(({ verb, type }) => verb === 'create' && type === 'user');
    const adopted = entries.filter(({ verb, type }) => verb === 'adopt' && type === 'user');
    assert.equal(new Set([...creations, ...adopted].map(({ targetId }) => targetId)).size, 150);
  });
});
