import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { factsOf } from '../../src/adapters/lowdb/shared/file-facts.ts';
import { lockAddress } from '../../src/adapters/lowdb/lock/lock-address.ts';
import { mayBePlanted } from '../../src/adapters/lowdb/shared/owner.ts';
import { patiently } from '../../src/adapters/lowdb/shared/patiently.ts';
import { isOpenToAll } from '../../src/config/file-rights.ts';

const run = promisify(execFile);

describe('on Windows, as far as it can be seen from elsewhere', () => {
  it('paths of the configuration, of secrets and of the state are those of Windows', async () => {
    const preload = `--import=${pathToFileURL(join(import.meta.dirname, 'paths.ts')).href}`;
    const { stdout } = await run(process.execPath, [preload, join(import.meta.dirname, 'paths-child.ts')]);
    const { configuration, state } = JSON.parse(stdout) as {
      readonly configuration: unknown;
      readonly state: string[];
    };
    const text = JSON.stringify(configuration);
    for (const path of [
      String.raw`C:\ProgramData\dir2scim\dir2scim.yaml`,
      String.raw`C:\ProgramData\dir2scim\state`,
      String.raw`C:\ProgramData\dir2scim\secrets\ldap`,
      String.raw`C:\ProgramData\dir2scim\secrets\wiki`,
      String.raw`C:\ProgramData\exports\partners.ldif`,
      String.raw`D:\certificates\corp.pem`,
    ])
      assert.ok(text.includes(JSON.stringify(path)), `${path} in ${text}`);
    for (const path of state) {
      assert.equal(win32.normalize(path), path);
      assert.ok(path.startsWith('C:\\ProgramData\\dir2scim\\state\\'), path);
      assert.doesNotMatch(win32.basename(path), /[<>:"|?*]|[. ]$/, 'a name that Windows takes');
    }
  });

  it('the lock is a named pipe: the system gives it to one process, and takes it back however that ends', () => {
    assert.equal(lockAddress('ab12', 'win32'), String.raw`\\.\pipe\dir2scim-state-ab12`);
    assert.equal(lockAddress('ab12', 'linux'), '\0dir2scim-state-ab12');
    assert.equal(lockAddress('ab12', 'darwin'), undefined);
  });

  it('nothing is said of rights that are not bits: no file counts as open to all, or as put there by somebody else', async () => {
    const stats: BigIntStats = await stat(import.meta.filename, { bigint: true });
    // As Node has it there: everybody may read and write, user 0.
    const there = Object.assign(Object.create(stats) as BigIntStats, {
      mode: (stats.mode & ~0o777n) | 0o666n,
      uid: 0n,
    });
    const facts = factsOf(there, 'win32');
    assert.deepEqual([facts.mode & 0o077, facts.owner, facts.kind], [0, undefined, 'file']);
    assert.equal(mayBePlanted(facts, undefined), false);
    assert.equal(isOpenToAll({ mode: 0o666 }, 'win32'), false);
    assert.equal(factsOf(there, 'linux').mode, 0o666);
  });

  it('a file that a scanner has open for a moment is replaced a moment later; elsewhere, and for other reasons, never', async () => {
    const failing = (times: number, code: string) => {
      let calls = 0;
      const act = (): Promise<void> =>
        ++calls > times ? Promise.resolve() : Promise.reject(Object.assign(new Error(code), { code }));
      return { act, calls: () => calls };
    };
    const busy = failing(2, 'EPERM');
    await patiently('win32', busy.act);
    assert.equal(busy.calls(), 3);
    for (const [platform, code] of [
      ['linux', 'EPERM'],
      ['win32', 'ENOSPC'],
    ] as const) {
      const one = failing(1, code);
      await assert.rejects(patiently(platform, one.act), { code });
      assert.equal(one.calls(), 1);
    }
  });
});
