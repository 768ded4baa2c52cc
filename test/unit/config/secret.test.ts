import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { readAuthorities } from '../../../src/config/authorities.ts';
import { readSecret } from '../../../src/config/secret.ts';
import { temporaryFolder } from './files.ts';

it('reads a secret file each time, without the newline at its end', async (t) => {
  const file = join(await temporaryFolder(t), 'secret');
  await writeFile(file, ' first \n');
  assert.equal(await readSecret({ file }), ' first ');
  await writeFile(file, 'second\r\n');
  assert.equal(await readSecret({ file }), 'second');
});

it('reads a variable', async (t) => {
  process.env['DIR2SCIM_TEST_SECRET'] = 'from the environment';
  t.after(() => delete process.env['DIR2SCIM_TEST_SECRET']);
  assert.equal(await readSecret({ env: 'DIR2SCIM_TEST_SECRET' }), 'from the environment');
});

it('names the place of a secret that is missing or empty, and never what is in it', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'secret');
  await assert.rejects(readSecret({ env: 'DIR2SCIM_TEST_UNSET' }), {
    code: 'D2S_SECRET_UNREADABLE',
    message: /DIR2SCIM_TEST_UNSET is not set/,
  });
  await assert.rejects(readSecret({ file }), { code: 'D2S_SECRET_UNREADABLE', message: /secret does not exist/ });
  await assert.rejects(readSecret({ file: folder }), {
    code: 'D2S_SECRET_UNREADABLE',
    message: /cannot be read \(EISDIR\)/,
  });
  await writeFile(file, '\n');
  await assert.rejects(readSecret({ file }), { code: 'D2S_SECRET_UNREADABLE', message: /is empty/ });
  await writeFile(file, 'hunter2\nhunter3\n');
  await assert.rejects(
    readSecret({ file }),
    (error: Error) => /more than one line/.test(error.message) && !error.message.includes('hunter'),
  );
  await chmod(file, 0o000);
  // Root may read everything.
  if (process.getuid?.() !== 0) await assert.rejects(readSecret({ file }), { message: /may not be read by this user/ });
});

it('takes certificates as authorities, and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'ca.pem');
  await assert.rejects(readAuthorities(file), { code: 'D2S_CONFIG_UNREADABLE', message: /ENOENT/ });
  await writeFile(file, 'not a certificate');
  await assert.rejects(readAuthorities(file), { code: 'D2S_CONFIG_INVALID', message: /PEM/ });
  await writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await assert.rejects(readAuthorities(file), { code: 'D2S_CONFIG_INVALID', message: /PEM/ });
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=test',
      '-keyout',
      join(folder, 'key.pem'),
      '-out',
      file,
    ],
    { stdio: 'ignore' },
  );
  assert.match(await readAuthorities(file), /BEGIN CERTIFICATE/);
});
