import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VerifiedOne } from '../../../src/bridge/verify.ts';
import { showVerified } from '../../../src/cli/show-verified.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

type NotCompared = VerifiedOne['verified']['notCompared'];

const everything: NotCompared = {
  exceptions: {},
  unread: 0,
  left: 0,
  foreignMembers: 0,
  rejected: {},
  held: undefined,
  rejections: [],
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

  it('names what is not, and no more', () => {
    const compared = 'wiki: 7 users and 0 groups compared, ';
    assert.deepEqual(shown(7, { exceptions: { refused: 3 } }), [
      `${compared}equal but for 3 that the target refuses`,
      '  3 entries are refused by the target: log --failed says why',
    ]);
    assert.equal(
      shown(7, { exceptions: { refused: 1, unstored: 2, unlinked: 1 } })[0],
      `${compared}equal but for 1 that the target refuses, 2 of which the target does not store everything and 1 not linked yet`,
    );
    assert.deepEqual(shown(7, { exceptions: { unwritable: 1 }, rejected: { ambiguous_match: 1 } }), [
      `${compared}equal but for 1 that cannot be written`,
      '  1 entry cannot be written (1 ambiguous_match)',
    ]);
  });
});
