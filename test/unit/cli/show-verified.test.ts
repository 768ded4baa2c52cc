import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VerifiedOne } from '../../../src/bridge/verify.ts';
import { showVerified } from '../../../src/cli/show-verified.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

type NotCompared = VerifiedOne['verified']['notCompared'];

const everything: NotCompared = {
  unlinked: 0,
  waiting: 0,
  moving: 0,
  settling: 0,
  unread: 0,
  left: 0,
  foreignMembers: 0,
  hidingMembers: 0,
  rejected: {},
  quarantined: 0,
  held: undefined,
};

function shown(users: number, notCompared: Partial<NotCompared>): string[] {
  const lines: string[] = [];
  const plain = (text: string): string => text;
  const colors = new Proxy({}, { get: () => plain }) as Terminal['colors'];
  const terminal = { colors, width: 80, print: (line: string) => lines.push(line) } as unknown as Terminal;
  const verified = {
    target: 'wiki',
    compared: { user: users, group: 0 },
    drift: [],
    names: new Map(),
    foreign: { user: { count: 0, isComplete: false, listed: [] } },
    notCompared: { ...everything, ...notCompared },
  } as unknown as VerifiedOne['verified'];
  showVerified({ verified }, terminal, (...words) => words.join(' '));
  return lines;
}

describe('what verify says at the end', () => {
  it('is that all is as it should be, where everything was compared and nothing is left to do', () => {
    assert.deepEqual(shown(7, {}), ['wiki: ✓ 7 users and 0 groups compared, all as they should be']);
  });

  it('is not, where the target does not answer', () => {
    assert.deepEqual(shown(0, { unread: 7 }), ['wiki: nothing could be compared', '  7 resources could not be read']);
  });

  it('is not, where a part could not be read or was not looked at', () => {
    for (const part of [{ unread: 2 }, { left: 2 }])
      assert.match(
        shown(5, part)[0] ?? '',
        /^wiki: 5 users and 0 groups compared, none of them differs; not everything could be/,
      );
  });

  it('is not, where something is held, failed, waits, or cannot be written', () => {
    const rest: Partial<NotCompared>[] = [
      { quarantined: 1 },
      { waiting: 1 },
      { unlinked: 1 },
      { rejected: { map_error: 1 } },
    ];
    for (const one of rest) assert.match(shown(7, one)[0] ?? '', /none changed there by others$/);
  });
});
