import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareWords } from '../../../../src/core/expression/bare-words.ts';
import { attributesOfFilter } from '../../../../src/core/directory/filter-attributes.ts';
import { parseFilter } from '../../../../src/core/directory/filter.ts';
import { lintExpressions } from '../../../../src/core/mapping/lint-attributes.ts';
import { lintPaths } from '../../../../src/core/mapping/lint-paths.ts';
import { scimPath } from '../../../../src/core/mapping/scim-path.ts';
import { compiled, entry } from '../../../support/entries.ts';

describe('names that stand where a text is usual', () => {
  const cases: readonly [source: string, words: readonly string[]][] = [
    ['department == Sales', ['Sales']],
    ['department in [Sales, "Support"] && !(title != CEO)', ['Sales', 'CEO']],
    ['cn.startsWith(app) || lower(mail) == lower(userPrincipalName)', ['app']],
    ['department == "Sales" && first(mail, uid) != null', []],
    ['proxyAddresses.filter(a, a.startsWith("smtp:"))', ['a']],
  ];
  for (const [source, words] of cases)
    it(source, () => {
      const found = bareWords(source);
      assert.deepEqual(
        words.filter((word) => found.includes(word)),
        words,
      );
    });
});

describe('attributes that nobody has', () => {
  const entries = [entry('ann', { mail: 'a@x', department: 'Sales' })];
  const lint = (source: string, ...schemas: (readonly string[] | undefined)[]) =>
    lintExpressions([{ place: 'here', type: 'user', expression: compiled(source) }], entries, schemas).map(
      ({ rule, text }) => `${rule}: ${text}`,
    );

  it('are a slip where no schema has them either', () => {
    assert.deepEqual(lint('departement'), [
      'unknown_attribute: no user has departement, and no schema knows it; did you mean department?',
    ]);
    assert.deepEqual(lint('title'), [], 'the standards have it');
    assert.deepEqual(lint('attr("mail;lang-de")'), [], 'an option makes no other name');
    assert.deepEqual(lint('surname'), [], 'another name of sn');
    assert.deepEqual(lint('zzzzzz'), ['unknown_attribute: no user has zzzzzz, and no schema knows it']);
  });

  it('are none where the schema of a server has them, and it alone counts', () => {
    const schema = [...Array.from({ length: 300 }, (_, place) => `x${place}`), 'badgecolour'];
    assert.deepEqual(lint('badgeColour', schema), []);
    assert.deepEqual(lint('badgeColor', schema), [
      'unknown_attribute: no user has badgeColor, and no schema knows it; did you mean badgecolour?',
    ]);
    assert.equal(lint('sAMAccountName', schema).length, 1);
    assert.deepEqual(lint('sAMAccountName', schema, undefined), [], 'another directory hides its schema');
  });
});

describe('the attributes of a filter', () => {
  it('are found wherever they stand', () => {
    assert.deepEqual(
      attributesOfFilter(
        parseFilter('(&(objectClass=person)(|(!(mail=*))(cn:caseExactMatch:=x)(OBJECTCLASS=y)(uidNumber>=5)))'),
      ),
      ['OBJECTCLASS', 'mail', 'cn', 'uidNumber'],
    );
  });
});

describe('SCIM paths', () => {
  const lint = (text: string, gives = 'string', own?: readonly string[], type: 'user' | 'group' = 'user') =>
    lintPaths(
      [{ place: 'here', type, path: scimPath(text), gives }],
      own === undefined ? {} : { [type]: new Set(own) },
    ).map((finding) => finding.text);

  it('that RFC 7643 has are fine', () => {
    for (const path of [
      'userName',
      'name.givenName',
      'emails[type eq "work"].value',
      'enterprise.manager',
      'enterprise.costCenter',
      'phoneNumbers[type eq "fax"].value',
      'urn:ietf:params:scim:schemas:core:2.0:User:title',
      'urn:acme:User:badge',
    ]) {
      assert.deepEqual(lint(path), [], path);
    }
    assert.deepEqual(lint('addresses[type eq "work"]', 'map'), []);
    assert.deepEqual(lint('emails[type eq "work"]'), [], 'the value of a mail address is its value');
  });

  it('that it does not have are told, with what may be meant', () => {
    assert.deepEqual(lint('mail'), [
      'mail: RFC 7643 has no mail for users; did you mean emails[type eq "work"].value?',
    ]);
    assert.deepEqual(lint('name.surname'), ['name.surname: name has no surname; did you mean name.familyName?']);
    assert.deepEqual(lint('title.short'), ['title.short: title has no short; it has no parts']);
    assert.deepEqual(lint('addresses[type eq "work"].city'), [
      'addresses[type eq "work"].city: addresses has no city; did you mean addresses.locality?',
    ]);
    assert.deepEqual(lint('description', 'string', undefined, 'group'), [
      'description: RFC 7643 has no description for groups',
    ]);
    assert.deepEqual(lint('name'), [
      'name holds several parts and no value of its own: map name.formatted and the like',
    ]);
  });

  it('that the target has itself are fine', () => {
    assert.deepEqual(lint('nickColour', 'string', ['nickcolour']), []);
    assert.deepEqual(lint('urn:acme:User:badge', 'string', ['urn:acme:user:badge']), []);
    assert.deepEqual(lint('urn:acme:User:bagde', 'string', ['urn:acme:user:badge']), [
      "the target's schemas have no urn:acme:User:bagde; did you mean urn:acme:user:badge?",
    ]);
  });
});
