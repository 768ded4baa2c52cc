import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { claimFolder } from '../../../../src/adapters/lowdb/lock/folder-lock.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import { clock, failsWith, recordsIn, temporaryFolder } from './fixture.ts';

const open = (folder: string) => openStateStore({ folder, clock });
const sockets = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('lock-'));

/** A process that holds the state and stands still, in a network namespace of its own, as a container has it. */
async function startElsewhere(folder: string, as: readonly string[] = []): Promise<ChildProcess> {
  const alone = isRoot ? ['--net'] : ['--user', '--map-current-user', '--net'];
  const child = join(import.meta.dirname, 'holding-child.ts');
  const holder = spawn('unshare', [...alone, ...as, process.execPath, child, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const stranger = 65_533;

/** What has a command run as somebody else, without any right that root has; whoever is not root stays who they are. */
const runAs = (uid: number): readonly string[] =>
  isRoot
    ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
    : [];

/** Opens a state in a process of its own, and closes it: `open`, or the code of what stood in the way. */
async function openAs(folder: string, as: readonly string[]): Promise<string> {
  const module = new URL('../../../../src/adapters/lowdb/open-store.ts', import.meta.url).href;
  const script = `const { openStateStore } = await import(${JSON.stringify(module)});
    const opened = openStateStore({ folder: ${JSON.stringify(folder)}, clock: { now: () => 0 } });
    console.log(await opened.then((store) => store.close()).then(() => 'open', (error) => error.code));`;
  const [command, ...args] = [...as, process.execPath, '--input-type=module', '--eval', script];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  return said.trim();
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('The lock of a state that containers share', () => {
  it('keeps out who is in another network namespace, reading is free, and kill -9 frees it at once', async (context) => {
    const folder = await temporaryFolder(context);
    for (let times = 0; times < 2; times += 1) {
      const holder = await startElsewhere(folder);
      await assert.rejects(open(folder), failsWith('D2S_STATE_LOCKED', 'may run in another container'));
      assert.deepEqual(await recordsIn(await openStateView({ folder })), []);
      await kill(holder);
      assert.equal((await sockets(folder)).length, 1, 'what it left');
      const store = await open(folder);
      assert.equal((await sockets(folder)).length, 1, 'ours alone');
      await store.close();
      assert.deepEqual(await sockets(folder), []);
    }
  });

  it('works for whoever is not root: for the same user in another namespace, and nobody else gets in', async (context) => {
    const outer = await mkdtemp(join(isRoot ? '/tmp' : tmpdir(), 'dir2scim-lock-'));
    context.after(() => rm(outer, { recursive: true }));
    if (isRoot) await chown(outer, nobody, nobody);
    const folder = join(outer, 'state');
    const holder = await startElsewhere(folder, runAs(nobody));
    const [socket = ''] = await sockets(folder);
    const { uid, mode } = await stat(join(folder, socket));
    assert.deepEqual([uid, mode & 0o777], [isRoot ? nobody : process.getuid?.(), 0o600]);
    assert.equal(await openAs(folder, runAs(nobody)), 'D2S_STATE_LOCKED');
    if (isRoot) {
      assert.equal(await openAs(folder, runAs(stranger)), 'D2S_STATE_UNWRITABLE');
      await assert.rejects(open(folder), failsWith('D2S_STATE_LOCKED', 'container'));
    }
    assert.deepEqual(await sockets(folder), [socket], 'nobody took it for a leftover');
    await kill(holder);
    assert.equal(await openAs(folder, runAs(nobody)), 'open');
    assert.deepEqual(await sockets(folder), []);
  });

  it('is held by at most one of many who come at once, and by one of them in the end', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(folder);
    for (let round = 0; round < 8; round += 1) {
      for (const left of ['0', '1', '2']) await writeFile(join(folder, `lock-${left.repeat(16)}.sock`), '');
      let holding = 0;
      const taken = await Promise.allSettled(
        Array.from({ length: 4 }, async () => {
          const claim = await claimFolder(nodeFiles, folder);
          assert.equal((holding += 1), 1);
          return claim;
        }),
      );
      const held = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      assert.ok(held.length <= 1);
      for (const one of taken)
        if (one.status === 'rejected') assert.ok(failsWith('D2S_STATE_LOCKED', 'remove')(one.reason));
      for (const claim of held) await claim?.release();
      await (await claimFolder(nodeFiles, folder))?.release();
      assert.deepEqual(await sockets(folder), []);
    }
  });

  it('works in a folder whose name is longer than the address of a socket, and closed to others', async (context) => {
    const folder = join(await temporaryFolder(context), 'a'.repeat(200), 'b'.repeat(200));
    const store = await open(folder);
    const [socket = ''] = await sockets(folder);
    assert.equal((await stat(join(folder, socket))).mode & 0o777, 0o600);
    await assert.rejects(claimFolder(nodeFiles, folder), failsWith('D2S_STATE_LOCKED', 'container'));
    await store.close();
    await (await open(folder)).close();
  });

  it('clears away what a process left that ended between two steps', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(folder);
    await writeFile(join(folder, `lock-${'0'.repeat(16)}.new`), '');
    await (await open(folder)).close();
    assert.deepEqual(await sockets(folder), []);
  });

  it('does without where the file system has no sockets', async (context) => {
    const folder = await temporaryFolder(context);
    const files = {
      ...nodeFiles,
      sockets: { listen: () => Promise.resolve(undefined), answers: () => Promise.resolve(false) },
    };
    const store = await openStateStore({ folder, files, clock });
    await assert.rejects(open(folder), failsWith('D2S_STATE_LOCKED', String(process.pid)));
    await store.close();
  });
});
