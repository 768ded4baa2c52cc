import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { oddity } from '../../../../src/core/mapping/odd-logins.ts';
import { BridgeError } from '../../../../src/core/model/errors.ts';
import { clean, visible, visibleJson } from '../../../../src/core/wording/foreign.ts';
import { longestTurn } from '../../../support/longest-turn.ts';

const unseen = [
  '\u0000',
  '\u001b',
  '\u0085',
  '\u009b',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200f',
  '\u2028',
  '\u202e',
  '\u2060',
  '\u2064',
  '\u2066',
  '\ufe0f',
  '\ufeff',
  '\ufffb',
  '\u{1d173}',
  '\u{e0041}',
];

describe('words of others', () => {
  it('show what nobody would see', () => {
    for (const character of unseen) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
      assert.equal(visible(`a${character}b`), `a\\u{${code}}b`);
      assert.deepEqual(JSON.parse(visibleJson(JSON.stringify([`a${character}b`], null, 2))), [`a${character}b`]);
      assert.ok(!visibleJson(JSON.stringify([`a${character}b`], null, 2)).includes(character));
    }
    assert.equal(visible('Zoë Müller, 李小龍, علي, 👩‍💻'.replaceAll('\u200d', '')), 'Zoë Müller, 李小龍, علي, 👩💻');
  });

  it('fit on a line, and end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        (text) => !/[\r\n]/.test(clean(text)) && clean(text).length <= 200,
      ),
    );
    assert.equal(clean('x'.repeat(1_000_000)).length, 200);
    assert.equal(clean('the end\u0000 \u0000'), 'the end');
  });

  it('take no longer for what is in them', async () => {
    const longest = await longestTurn(() => Promise.resolve(clean(`${'\u0001'.repeat(19_999)}x`)));
    assert.ok(longest < 50, `${longest} ms`);
  });

  it('are visible in every error, and never look like a line of their own', () => {
    const error = new BridgeError(
      'D2S_DIRECTORY_TLS',
      'certificate of evil\r\nD2S_INTERNAL: forged\u202e',
      'look at \u009b2J it',
      undefined,
      'said\u0007',
    );
    assert.equal(
      error.line,
      'D2S_DIRECTORY_TLS: certificate of evil\\u{D}\\u{A}D2S_INTERNAL: forged\\u{202E}; it says: said\\u{7} — look at \\u{9B}2J it',
    );
    assert.equal(
      new BridgeError('D2S_CONFIG_INVALID', '2 problems\n  one\n  two', '').message,
      '2 problems\n  one\n  two',
    );
    assert.ok(new BridgeError('D2S_INTERNAL', 'x'.repeat(100_000), '').line.length < 9_000);
  });
});

describe('a login that is not what it looks like', () => {
  it('has a character that nobody sees, or letters of scripts that look alike', () => {
    assert.equal(oddity('ada\u200b'), 'has a character that nobody sees (U+200B)');
    assert.equal(oddity('аda'), 'mixes Latin and Cyrillic letters, which look alike');
    for (const plain of ['ada@corp.example', 'ада', 'müller', '李.wang', 'δοκιμή'])
      assert.equal(oddity(plain), undefined, plain);
  });
});
