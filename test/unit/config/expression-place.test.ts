import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal, withTarget } from './files.ts';

/** How a map line is written, and where in the file (line, column) `lowr` stands. The line begins at 12:5. */
const cases: Record<string, readonly [line: string, position: string]> = {
  plain: ['title: lowr(mail)', '12:16'],
  'plain, further in': ['title: first(cn, lowr(mail))', '12:26'],
  'plain over two lines': ['title: first(cn,\n         lowr(mail))', '13:16'],
  'single quotes': ["title: 'first(cn, lowr(mail))'", '12:27'],
  'single quotes with a quote': ["title: 'first(''it\"s'', lowr(mail))'", '12:33'],
  'double quotes with escapes': ['title: "first(\\"a\\\\u00e9\\\\\\\\\\", lowr(mail))"', '12:41'],
  'double quotes with an escaped letter': ['title: "first(\\"\\u00e9\\x41\\", lowr(mail))"', '12:39'],
  'double quotes, line joined': ['title: "first(cn, \\\n          lowr(mail))"', '13:17'],
  'a literal block': ['title: |\n      first(cn,\n        lowr(mail))', '14:15'],
  'a literal block that begins with its indentation': ['title: |\n      lowr(mail)', '13:13'],
  'a folded block': ['title: >-\n      first(cn,\n      lowr(mail))', '14:13'],
  'the long form': ['title: { value: lowr(mail), apply: create }', '12:25'],
  'characters of two units': ['title: first("\u{1F600}", lowr(mail))', '12:28'],
};

describe('an expression error names the place in the file where', () => {
  for (const [style, [line, position]] of Object.entries(cases)) {
    it(`the text is written as ${style}`, async (t) => {
      const text = withTarget(`users:\n  map:\n    ${line.replaceAll('\n', '\n  ')}`);
      const error = await refusal(t, text);
      assert.equal(error.code, 'D2S_EXPRESSION_INVALID', error.message);
      assert.equal(
        /dir2scim\.yaml:(\d+:\d+): targets\.wiki\.users\.map\.title/.exec(error.message)?.[1],
        position,
        `${error.message}\n${text}`,
      );
    });
  }
});

it('a condition names its place and must be true or false', async (t) => {
  const misspelt = await refusal(t, withTarget('scope: { groups: { where: \'lowr(cn) == "a"\' } }'));
  assert.equal(misspelt.code, 'D2S_EXPRESSION_INVALID');
  assert.match(misspelt.message, /^dir2scim\.yaml:10:32: targets\.wiki\.scope\.groups\.where: /);
  const text = await refusal(t, withTarget("scope: { users: { where: 'lower(cn)' } }"));
  assert.match(text.message, /^dir2scim\.yaml:10:31: targets\.wiki\.scope\.users\.where: /);
});

it('an expression that cannot give what its attribute holds is refused', async (t) => {
  const error = await refusal(
    t,
    withTarget("users: { map: { active: 'lower(cn)', title: { value: 'cn == \"a\"' } } }"),
  );
  assert.equal(error.code, 'D2S_EXPRESSION_INVALID');
  assert.match(error.message, /dir2scim\.yaml:10:29: targets\.wiki\.users\.map\.active: active wants true or false/);
  assert.match(error.message, /dir2scim\.yaml:10:58: targets\.wiki\.users\.map\.title\.value: title wants text/);
});

it('problems of several kinds come as one configuration error', async (t) => {
  const error = await refusal(t, withTarget('users: { map: { title: lowr(mail) } }\nprofil: x'));
  assert.equal(error.code, 'D2S_CONFIG_INVALID');
  assert.match(error.message, /2 problems[^]*users\.map\.title[^]*profil/);
});
