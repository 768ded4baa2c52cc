import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Company } from './support/company.ts';
import { createSite } from './support/site.ts';

const uids = Array.from({ length: 10_000 }, (_, at) => `person${at}`);

function company(members: readonly string[]): Company {
  return {
    people: Object.fromEntries([...uids, 'newcomer'].map((uid) => [uid, { name: `Some ${uid}` }])),
    groups: { everyone: members },
  };
}

it('one more member of a group of ten thousand is one small request; and nothing is none', async () => {
  await using site = await createSite({ company: company(uids) });
  const sync = async () => {
    site.target.clearRequests();
    const { code, stdout, stderr } = await site.run('sync');
    assert.equal(code, 0, stdout + stderr);
    return site.target.requests.map(({ method, path, body }) => ({
      method,
      path: path.split('/', 2)[1],
      bytes: Buffer.byteLength(JSON.stringify(body ?? '')),
    }));
  };
  const first = await sync();
  // Users one by one, members a hundred at once; asked once: a list of users, two look-ups of the group, and what the target
  // says of itself.
  assert.deepEqual(
    Object.entries(Object.groupBy(first, ({ method }) => method))
      .map(([method, all]) => [method, all?.length])
      .sort(),
    [
      ['GET', 4],
      ['PATCH', 100],
      ['POST', 10_002],
    ],
  );
  await site.show(company([...uids, 'newcomer']));
  const [request, ...others] = await sync();
  assert.deepEqual([request?.method, request?.path, others], ['PATCH', 'Groups', []]);
  assert.ok((request?.bytes ?? Infinity) < 1024, `${request?.bytes} bytes`);
  assert.deepEqual(await sync(), []);
  assert.deepEqual(site.target.violations, []);
});
