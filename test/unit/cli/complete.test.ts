import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete, readTyped } from '../../../src/cli/completion/complete.ts';
import { createProgram } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

const program = createProgram({} as Terminal, () => undefined);
const names = { targets: ['wiki', 'chat'], directories: ['corp'] };

/** What is offered for the last of these words. */
function offered(...words: string[]): readonly string[] | 'files' {
  const found = complete(readTyped(program, words), names);
  return found.kind === 'files' ? 'files' : found.words.map(({ word }) => word);
}

describe('What a word may become', () => {
  it('is a command, with what it is about, and none that is hidden', () => {
    assert.deepEqual(offered('stat').toString(), 'status,state');
    assert.ok(offered('').includes('sync'));
    assert.ok(!offered('comp').includes('complete'));
    const found = complete(readTyped(program, ['apply']), names);
    assert.deepEqual(found, {
      kind: 'words',
      words: [{ word: 'apply', about: 'carries out exactly the plan of a file, or nothing' }],
    });
  });

  it('is a command of a group, after it', () => {
    assert.deepEqual(offered('state', 'ren'), ['rename']);
    assert.deepEqual(offered('notify', ''), ['test', 'help']);
  });

  it('is an option of the command before it', () => {
    assert.deepEqual(offered('plan', '--t'), ['--target']);
    assert.ok(offered('plan', '-').includes('--config'));
    assert.deepEqual(offered('sync', '--out'), []);
  });

  it('is a target where an option or an argument wants one, however the value is typed', () => {
    assert.deepEqual(offered('plan', '--target', ''), ['wiki', 'chat']);
    assert.deepEqual(offered('plan', '--target=w'), ['--target=wiki']);
    assert.deepEqual(offered('plan', '--target', '='), ['wiki', 'chat']);
    assert.deepEqual(offered('plan', '--target', '=', 'c'), ['chat']);
    assert.deepEqual(offered('state', 'rebind', ''), ['wiki', 'chat']);
    assert.deepEqual(offered('state', 'rebind', 'wiki', ''), []);
    assert.deepEqual(offered('state', 'repin', ''), ['corp']);
  });

  it('is a file where one is wanted, and one of the choices where there are some', () => {
    assert.equal(offered('plan', '--out', ''), 'files');
    assert.equal(offered('apply', 'a'), 'files');
    assert.equal(offered('status', '-c', ''), 'files');
    assert.deepEqual(offered('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(offered('report', 'access', '--format', ''), ['table', 'csv', 'json']);
  });

  it('is nothing where only a person can know', () => {
    assert.deepEqual(offered('explain', 'jane'), []);
    assert.deepEqual(offered('log', '--since', ''), []);
    assert.deepEqual(offered('init', '--target-url', ''), []);
    assert.deepEqual(offered('nonsense', ''), offered(''));
  });

  it('goes by the configuration that the line names', () => {
    assert.equal(readTyped(program, ['plan', '-c', 'a.yaml', '--target', '']).config, 'a.yaml');
    assert.equal(readTyped(program, ['plan', '--config=b.yaml', '--target', '']).config, 'b.yaml');
    assert.equal(readTyped(program, ['plan', '--target', '']).config, undefined);
  });
});
