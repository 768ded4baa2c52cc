import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** What the boundary check says about a tree, by the project's own rules. */
async function cruise(folder: string): Promise<Cruise['summary']> {
  const program = join(root, 'node_modules/.bin/depcruise');
  const args = ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src'];
  const text = await new Promise<string>((resolve, reject) => {
    execFile(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      // It ends with the number of violations; only output that is no JSON is a failure of the check itself.
      if (stdout.startsWith('{')) resolve(stdout);
      else reject(error ?? new Error('depcruise printed nothing'));
    });
  });
  return (JSON.parse(text) as Cruise).summary;
}

describe('the import boundaries', () => {
  it('are seen to be broken in a tree that breaks them', async () => {
    const { violations } = await cruise(join(root, 'test/fixtures/boundaries'));
    const broken = new Set(violations.map(({ from, rule }) => `${from}: ${rule.name}`));
    for (const expected of [
      'src/core/model/impure.ts: core-is-pure',
      'src/ports/port.ts: ports-see-core',
      'src/cycle/cycle.ts: cycle-sees-ports',
      'src/adapters/ldap/ldap.ts: adapters-are-strangers',
      'src/bridge/bridge.ts: bridge-is-no-edge',
      'src/bridge/colours.ts: bridge-is-no-edge',
      'src/cli/runs-cycle.ts: cli-asks-bridge',
      'src/http/asks-cycle.ts: http-asks-bridge',
      'src/daemon/asks-bridge.ts: parts-do-not-ask-bridge',
      'src/config/config.ts: edges-do-not-compose',
      'src/cli/opens-parts.ts: app-has-one-door',
      'src/http/ldap-over-http.ts: ldapts-in-ldap-only',
      'src/telemetry/http-out.ts: undici-in-scim-only',
      'src/core/model/orphan.ts: no-orphans',
    ]) {
      assert.ok(broken.has(expected), `${expected} is reported; got\n${[...broken].join('\n')}`);
    }
    const names = (
      require(join(root, '.dependency-cruiser.cjs')) as { readonly forbidden: readonly { readonly name: string }[] }
    ).forbidden.map(({ name }) => name);
    const rooms = names.filter((name) => name.startsWith('rooms-of-'));
    const brokenRules = new Set(violations.map(({ rule }) => rule.name));
    assert.deepEqual(
      rooms.filter((name) => !brokenRules.has(name)),
      [],
    );
    assert.ok(rooms.length > 15);
    assert.ok(!broken.has('src/cli/shows-cycle.ts: cli-asks-bridge'), 'the types of what is shown may be imported');
    // Which file of a circle is named depends on the order in which they are found.
    assert.ok(violations.some(({ rule }) => rule.name === 'no-cycles'));
  });

  it('hold in the project, all of whose files are looked at', async () => {
    const { totalCruised, violations } = await cruise(root);
    assert.deepEqual(violations, []);
    assert.ok(totalCruised > 80, `${totalCruised} modules were read`);
  });
});
