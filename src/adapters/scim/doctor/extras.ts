import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { isRefusal, schemas, type Body } from '../message.ts';
import { bulkBody, bulkOutcomes } from '../bulk/bulk-message.ts';
import { versionOf, withSchemas } from '../read/resource.ts';
import { supports } from '../dialect/service-provider-config.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import type { Bench } from './bench.ts';
import { settingOf } from './change.ts';
import { plainPaths } from './patch-shapes.ts';
import { pathOf, remove, search, userBody } from './specimen.ts';
import { capital } from './specimen.ts';
import { needed, Untestable, words, works, type Result, type Subject } from './trial.ts';

/** What not every target has: versions, bulk requests; and whether it told the truth about itself. */
export const extras: Subject = {
  name: 'Extras',
  trials: [
    { name: 'versions', run: tryVersions },
    { name: 'bulk', run: tryBulk },
    { name: 'claims', run: tryClaims },
  ],
};

/** RFC 7644 §3.14: a change of a version that is not the last one is refused with 412. */
async function tryVersions(bench: Bench): Promise<Result> {
  const { facts } = bench;
  const { id } = needed(facts.anna, 'no user could be made');
  const [path] = plainPaths(bench);
  if (facts.userUpdate !== 'patch' || path === undefined) throw new Untestable('attributes are not changed by PATCH');
  const before = await bench.ask('GET', pathOf('user', id));
  if (isRefusal(before)) throw new Untestable(`the user cannot be read (${words(before)})`);
  const { version } = versionOf(before);
  const claimed = supports(facts.config, 'etag') === true;
  if (version === undefined) return { verdict: 'absent', text: 'users have no versions', says: claimed ? { etag: 'off' } : {} };
  const send = (): Promise<unknown> => change(bench, id, path, version);
  await send();
  const stale = await change(bench, id, path, version);
  facts.etags = isRefusal(stale) && stale.status === 412;
  if (facts.etags) return works('a change of an old version is refused with 412', claimed ? {} : { etag: 'on' });
  const off: PartialDialect = claimed ? { etag: 'off' } : {};
  return isRefusal(stale)
    ? { verdict: 'refused', text: `a change with If-Match is refused (${words(stale)})`, says: off }
    : { verdict: 'lies', text: 'users have versions, but If-Match is ignored', says: off };
}

function change(bench: Bench, id: string, path: string, version: string): ReturnType<Bench['ask']> {
  const operation = settingOf(bench.dialect(), path, bench.fresh());
  const isLower = bench.dialect().patch.operationCase === 'lower';
  return bench.ask('PATCH', pathOf('user', id), { schemas: [schemas.patch], Operations: [isLower ? operation : capital(operation)] }, { 'if-match': version });
}

const spellings = [
  { operationsKey: 'Operations', failOnErrors: 0 },
  { operationsKey: 'operations', failOnErrors: 10 },
] as const;

/** Two new users in one request (RFC 7644 §3.7). Worth nothing where nobody may be left behind and nobody can be found. */
async function tryBulk(bench: Bench): Promise<Result> {
  needed(bench.facts.anna, 'no user could be made');
  let why = '';
  for (const spelling of spellings) {
    const bodies = ['bulk-1', 'bulk-2'].map((label) => withSchemas('user', userBody(bench, label)));
    const asked = bodies.map((body, index) => ({ request: { method: 'POST' as const, path: '/Users', subject: 'endpoint' as const, maxBytes: 0, body }, bulkId: `d${index + 1}` }));
    for (const body of bodies) bench.creations.begin('user', String(body['userName']));
    const operations = asked.map(({ request, bulkId }) => ({ method: request.method, bulkId, path: request.path, data: request.body }));
    const answer = await bench.ask('POST', '/Bulk', bulkBody(operations, { ...rfc7644.bulk, ...spelling }));
    if (isRefusal(answer)) {
      why ||= words(answer);
      if (answer.class !== 'unknown') for (const body of bodies) bench.creations.refuse('user', String(body['userName']));
      if (answer.class === 'unsupported' || answer.status === 404 || answer.status === 403) break;
      continue;
    }
    const made = await found(bench, bodies);
    const outcomes = answer.body === undefined ? [] : bulkOutcomes(answer.body, asked, []);
    const isTold = outcomes.length === 2 && outcomes.every((outcome) => outcome !== undefined && !isRefusal(outcome));
    for (const id of made) await remove(bench, 'user', id);
    bench.facts.bulk = made.length === 2;
    const says: PartialDialect = spelling.operationsKey === 'Operations' ? {} : { bulk: spelling };
    if (made.length < 2) return { verdict: 'lies', text: `two users in one request are answered with ${answer.status}, and ${made.length} are there` };
    return works(`two users in one request are made${isTold ? '' : ', without a word about each'}; bulk: { use: true } sends changes so`, says);
  }
  bench.facts.bulk = false;
  return { verdict: 'absent', text: `there are no bulk requests (${why})` };
}

async function found(bench: Bench, bodies: readonly Body[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of bodies) {
    const name = String(body['userName']);
    const [id] = await search(bench, 'user', name, 3);
    if (id === undefined) bench.creations.refuse('user', name);
    else {
      bench.creations.made({ type: 'user', name, id });
      ids.push(id);
    }
  }
  return ids;
}

/** ServiceProviderConfig against what was seen. */
function tryClaims({ facts }: Bench): Promise<Result> {
  const { config, searchable } = facts;
  if (config === undefined) throw new Untestable('there is no ServiceProviderConfig');
  const filters = [...searchable.users.values()];
  const seen = {
    patch: facts.patchStyle === true || facts.activeByPatch === true,
    filter: filters.length === 0 ? undefined : filters.includes(true),
    etag: facts.etags,
    bulk: facts.bulk,
  };
  const wrong = (['patch', 'filter', 'etag', 'bulk'] as const).flatMap((name) => {
    const claimed = supports(config, name) ?? false;
    const real = seen[name];
    return real === undefined || real === claimed ? [] : [`it claims ${claimed ? '' : 'no '}${name}, but ${real ? 'it works' : 'it does not work'}`];
  });
  if (wrong.length === 0) return Promise.resolve(works('ServiceProviderConfig tells the truth'));
  return Promise.resolve({ verdict: 'lies', text: `ServiceProviderConfig is wrong: ${wrong.join('; ')}` });
}
