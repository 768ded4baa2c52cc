import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redactConfiguration as redactWith } from '../../../src/bridge/support/redact-configuration.ts';
import { readYaml } from '../../../src/config/yaml-text.ts';

const example = new URL('../../../config/example.yaml', import.meta.url);

const redactConfiguration = (value: unknown): unknown => redactWith(value, new Set(['slack']));

/** The same value with a text in place of every text, and every name that a person chose. */
function planted(value: unknown, canary: string): unknown {
  if (Array.isArray(value)) return value.map((one) => planted(one, canary));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, planted(one, canary)]));
  return typeof value === 'string' ? canary : value;
}

describe('A configuration for support', () => {
  it('keeps what says how dir2scim works, and no value of anybody', async () => {
    const { value } = readYaml('example.yaml', await readFile(example, 'utf8'));
    const redacted = redactConfiguration(value) as {
      directories: { corp: Record<string, unknown> };
      targets: { wiki: Record<string, Record<string, Record<string, unknown>>> };
    };
    const { corp } = redacted.directories;
    assert.deepEqual(corp['urls'], ['ldaps://dc1.corp.example/…', 'ldaps://dc2.corp.example/…']);
    assert.deepEqual(corp['bind'], { dn: '…', password: { env: '…' } });
    assert.deepEqual(corp['users'], {
      bases: ['OU=…,DC=…,DC=…'],
      filter: '(&(objectCategory=person)(objectClass=user))',
    });
    const { wiki } = redacted.targets;
    assert.equal(wiki['scope']?.['users']?.['where'], 'department in ["…", "…"]');
    assert.equal(wiki['users']?.['map']?.['emails[type eq "work"].value'], 'mail');
    assert.deepEqual(wiki['users']['map']['preferredLanguage'], { value: '"…"', apply: 'create' });
    assert.deepEqual(wiki['guard']?.['mustSee'], ['…']);
    assert.deepEqual(wiki['removal'], { leaves: 'deactivate', groups: 'keep' });
  });

  it('has nothing of a text that somebody put in the wrong place, nor of keys that are none', () => {
    const canaries = ['ada.canary@corp.example', 'Ada Canary', 'canary-token-19f3!', 'canary "quoted', "it's Canary"];
    for (const canary of canaries) {
      const text = JSON.stringify(
        redactConfiguration({
          [canary]: canary,
          directories: {
            [canary]: { kind: canary },
            corp: {
              urls: [`ldaps://${canary}:${canary}@dc1/`, canary],
              bind: { dn: `CN=${canary}`, password: canary },
              users: { bases: [`OU=${canary}`, canary], filter: `(|(mail=${canary})(cn~=*${canary}*))` },
            },
          },
          targets: {
            wiki: {
              url: `https://wiki.example/${encodeURIComponent(canary)}?token=${canary}`,
              auth: { headers: { [canary]: { env: canary } }, oauth2: { parameters: { [canary]: canary } } },
              scope: { users: { where: `mail == "${canary.replaceAll('"', '\\"')}"`, memberOf: [`CN=${canary}`] } },
              users: { map: { [`emails[type eq "${canary}"]`]: `"${canary.replaceAll('"', '\\"')}"` } },
              guard: { mustSee: [canary] },
            },
          },
          notify: [{ webhook: `https://hooks.example/${canary}`, secret: canary }],
        }),
      );
      assert.doesNotMatch(text, /canary|ada/i, canary);
    }
  });

  it('has nothing of a comment, of a text in three quotes or of a long number in an expression', () => {
    const redacted = (where: string) => redactConfiguration({ targets: { wiki: { scope: { users: { where } } } } });
    for (const where of [
      'mail != "x" // asked for by Canary',
      'mail != "x"\n// it\'s Canary "',
      'cn == """so called "Canary" here"""',
      "cn == '''so called 'Canary' here'''",
      'employeeNumber == "1" && 86753 == 0x152E1',
    ])
      assert.doesNotMatch(JSON.stringify(redacted(where)), /canary|86753|152e1/i, where);
    assert.match(JSON.stringify(redacted('bit(userAccountControl, 2)')), /bit\(userAccountControl, 2\)/);
  });

  it('has nothing of a secret or an account that stands in the place of a reference, whatever it looks like', () => {
    const canaries = [
      86753091,
      '86753091',
      '86753091s',
      '86753091:80',
      '8 6 7 5 3 0 9 1',
      '86753091/2 * * * *',
      'slack',
    ];
    for (const canary of [...canaries, 'deactivate', 'externalId']) {
      const auth = { bearer: canary, basic: { username: canary, password: { env: canary } }, headers: { x: canary } };
      const text = JSON.stringify(
        redactConfiguration({
          directories: { corp: { bind: { dn: canary, password: canary }, path: canary, discover: canary } },
          targets: { wiki: { url: canary, auth, users: { map: { title: canary } }, guard: { mustSee: [canary] } } },
          notify: [{ webhook: canary, secret: { file: canary } }],
        }),
      );
      const rest = text.replace(`"title":"${canary}"`, '');
      assert.ok(!rest.includes(String(canary)), text);
    }
  });

  it('has nothing of any text in the place of any other', async () => {
    const { value } = readYaml('example.yaml', await readFile(example, 'utf8'));
    const canary = fc.constantFrom('Zoë Canary <zoe.canary@corp.example>', 'canary+secret/1==', 'cn=canary,$(x)');
    fc.assert(
      fc.property(canary, (one) => {
        assert.doesNotMatch(JSON.stringify(redactConfiguration(planted(value, one))), /zoe|canary/i);
      }),
    );
  });
});
