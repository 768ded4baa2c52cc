import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../src/cli/main.ts');

describe('completion in a real shell', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dir2scim-completion-'));
    await mkdir(join(folder, 'bin'));
    const program = join(folder, 'bin/dir2scim');
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    await chmod(program, 0o755);
    // Targets are offered also where the rest of the file is not right yet; names that are none are not.
    await writeFile(
      join(folder, 'dir2scim.yaml'),
      'targets: { wiki: {}, wikipedia: {}, "$(touch evil)": {}, chat: {} }\ndirectories: { corp: }\n',
    );
    await writeFile(join(folder, 'reviewed.plan'), '');
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout, code } = await runProgram(['completion', shell]);
      assert.equal(code, 0);
      await writeFile(join(folder, `completion.${shell}`), stdout);
    }
    env = { ...process.env, PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb' };
  });
  after(() => rm(folder, { recursive: true }));

  /** What bash offers for a line whose last word is being typed. */
  const bash = async (...words: string[]): Promise<string[]> => {
    const script = `source completion.bash
words=("$@")
COMP_WORDS=(dir2scim "$@")
COMP_CWORD=$#
_dir2scim dir2scim "\${!#}" "\${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', script, 'bash', ...words], { cwd: folder, env });
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('bash: commands, options, targets and files', async () => {
    assert.deepEqual(await bash('stat'), ['status', 'state']);
    assert.deepEqual(await bash('plan', '--t'), ['--target']);
    assert.deepEqual(await bash('plan', '--target', ''), ['wiki', 'wikipedia', 'chat']);
    assert.deepEqual(await bash('plan', '--target', '=', 'c'), ['chat']);
    assert.deepEqual(await bash('state', 'repin', ''), ['corp']);
    assert.deepEqual(await bash('apply', 'rev'), ['reviewed.plan']);
    assert.deepEqual(await bash('explain', 'jane'), []);
  });

  /** What a shell on a terminal makes of keys, as soon as its screen shows what is expected. */
  const onTerminal = async (command: string, keys: readonly string[], expected: RegExp): Promise<void> => {
    const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, env, stdio: 'pipe' });
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    try {
      for (const key of keys) {
        const before = screen.length;
        child.stdin.write(key);
        if (key.endsWith('\n')) await until('a prompt', () => screen.slice(before).includes('READY>'));
      }
      await until('what is expected', () => expected.test(screen)).catch((error: unknown) => {
        throw new Error(`the screen shows: ${JSON.stringify(screen)}`, { cause: error });
      });
    } finally {
      child.kill('SIGKILL');
    }
  };

  it('bash: on a terminal, by the key', async () => {
    const prepare = 'source completion.bash; PS1="READY""> "\n';
    await onTerminal('bash --norc --noprofile -i', [prepare, 'dir2scim state rebi\t'], /state rebind/);
    await onTerminal('bash --norc --noprofile -i', [prepare, 'dir2scim plan --target=ch\t'], /--target=chat/);
  });

  it('zsh: on a terminal, by the key', async () => {
    const prepare = 'autoload -U compinit; compinit -u -D; source ./completion.zsh; PS1="READY""> "\n';
    await onTerminal('zsh -f -i', [prepare, 'dir2scim state rebi\t'], /state rebind/);
    await onTerminal('zsh -f -i', [prepare, 'dir2scim plan --target ch\t'], /--target chat/);
    await onTerminal('zsh -f -i', [prepare, 'dir2scim apply rev\t'], /apply reviewed\.plan/);
  });

  it('fish: commands, options, targets and files', async () => {
    const fish = async (line: string): Promise<string[]> => {
      const script = `source completion.fish; complete -C '${line}'`;
      const { stdout } = await run('fish', ['--no-config', '-c', script], { cwd: folder, env });
      return stdout.split('\n').filter((one) => one !== '');
    };
    assert.deepEqual(
      (await fish('dir2scim state rebi')).map((one) => one.split('\t')[0]),
      ['rebind'],
    );
    assert.deepEqual((await fish('dir2scim plan --target ')).toSorted(), ['chat', 'wiki', 'wikipedia']);
    assert.deepEqual(
      (await fish('dir2scim apply rev')).map((one) => one.split('\t')[0]),
      ['reviewed.plan'],
    );
    assert.ok((await fish('dir2scim plan --t')).some((one) => one.startsWith('--target\tonly this target')));
  });
});
