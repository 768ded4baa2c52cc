import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Finding } from '../../src/core/model/finding.ts';
import { runProgram } from '../support/program.ts';
import { office } from './support/people.ts';
import { childEnvironment, createSite } from './support/site.ts';

interface Checked {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly findings: readonly Finding[];
}

/** A target with these keys, checked; it does not tell its schemas. */
async function checked(target: string, ...args: readonly string[]): Promise<Checked> {
  await using site = await createSite({ company: office, target });
  site.target.setFaults({ before: ({ path }) => (path === '/Schemas' ? { kind: 'answer', status: 404 } : undefined) });
  const { code, stdout, stderr } = await site.run('check', ...args);
  const json = JSON.parse((await site.run('check', '--json')).stdout) as Record<
    'directories' | 'targets',
    readonly { readonly findings?: readonly Finding[] }[]
  >;
  return {
    code,
    stdout,
    stderr,
    findings: [...json.directories, ...json.targets].flatMap(({ findings = [] }) => findings),
  };
}

const texts = ({ findings }: Checked) => findings.map(({ severity, rule, text }) => `${severity} ${rule} ${text}`);

describe('check is a linter', { concurrency: 2 }, () => {
  it('has nothing to say about a configuration that is fine', async () => {
    const result = await checked('', '--strict');
    assert.deepEqual([result.code, result.findings], [0, []], result.stdout);
    assert.doesNotMatch(result.stdout, /warning/);
  });

  it('tells of slips in attributes, of quotes that were forgotten, and of names that SCIM does not have', async () => {
    const result =
      await checked(`    scope: { users: { where: 'title == Director || titel == "Engineer" || uid != null' } }
    users: { map: { titel: title, name.firstName: givenName, enterprise.departement: departmentNumer, 'addresses[type eq "work"]': street, emails.value: mail } }`);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(texts(result), [
      'warning quotes_forgotten Director is read as an attribute, and no user and no schema has one of that name; as a text it is written "Director"',
      'warning unknown_attribute no user has titel, and no schema knows it; did you mean title?',
      'warning unknown_attribute no user has departmentNumer, and no schema knows it; did you mean departmentNumber?',
      'warning unknown_scim_name titel: RFC 7643 has no titel for users; did you mean title?',
      'warning unknown_scim_name name.firstName: name has no firstName; did you mean name.givenName?',
      'warning unknown_scim_name enterprise.departement: RFC 7643 has no enterprise.departement for users; did you mean enterprise.department?',
      'warning incomplete_path addresses[type eq "work"] holds several parts and no value of its own: map addresses[type eq "work"].streetAddress and the like',
      'warning incomplete_path emails.value: emails is a list; say which element: emails[type eq "work"].value',
    ]);
    assert.match(result.stdout, /\n8 warnings; with --strict, warnings are errors\n$/);
  });

  it('ends with 2 for warnings with --strict', async () => {
    assert.equal((await checked('    users: { map: { nickName: nikname } }', '--strict')).code, 2);
  });

  it('takes it for an error that nobody is in scope, and says which condition keeps everybody out', async () => {
    const result = await checked('    scope: { users: { where: \'title == "Pilot"\' } }');
    assert.equal(result.code, 2);
    assert.deepEqual(texts(result), [
      'error nobody_in_scope none of 8 users is in scope: where title == "Pilot" holds for 0',
    ]);
  });

  it('takes it for an error that everybody is rejected, and warns where many are', async () => {
    const everybody = await checked('    users: { map: { userName: employeeNumber } }');
    assert.equal(everybody.code, 2);
    assert.deepEqual(texts(everybody), [
      'error everybody_rejected 8 of 8 users in scope cannot be written (8 map_error)',
    ]);
    const many = await checked('    users: { map: { userName: title } }');
    assert.equal(many.code, 0, many.stdout);
    assert.deepEqual(texts(many), ['warning many_rejected 6 of 8 users in scope cannot be written (6 map_error)']);
  });

  it('tells of a filter that finds nobody, and of slips in it', async () => {
    await using site = await createSite({ company: office });
    await site.reconfigure((text) =>
      text.replace(
        'path: people.ldif',
        'path: people.ldif\n    users: { bases: ["dc=example,dc=org"], filter: "(employeTyp=staff)" }',
      ),
    );
    const { code, stdout } = await site.run('check');
    assert.equal(code, 2, stdout);
    assert.match(
      stdout,
      /warning: directories\.corp\.users\.filter: no schema knows employeTyp; did you\s+mean employeeType\?/,
    );
    assert.match(stdout, /warning: directories\.corp\.users\.filter: finds nobody below\s+dc=example,dc=org/);
    assert.match(stdout, /error: targets\.wiki\.scope\.users: no user was read at all/);
  });

  it('tells of a fault of a directory once, beneath the directory', async () => {
    await using site = await createSite({ company: office });
    const file = join(site.folder, 'two.yaml');
    const target = (name: string) =>
      `  ${name}:\n    url: ${site.target.url}\n    auth: { bearer: { file: token } }\n    removal: { leaves: keep }\n`;
    await writeFile(
      file,
      `directories:\n  corp: { kind: ldif, path: gone.ldif }\ntargets:\n${target('wiki')}${target('chat')}`,
    );
    const { code, stdout, stderr } = await runProgram(['check', '--config', file], childEnvironment);
    assert.equal(code, 2);
    assert.equal(stderr.match(/D2S_DIRECTORY_UNREACHABLE/g)?.length, 1, stderr);
    assert.match(stdout, /✗ directory corp\n✗ target wiki\n/);
    assert.equal(
      stdout.match(/nobody can say who is in scope, because corp could not be read/g)?.length ?? 0,
      2,
      stdout,
    );
  });
});
