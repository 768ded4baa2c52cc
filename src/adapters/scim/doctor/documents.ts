import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { isBody, isRefusal, listOf, schemas, type Body } from '../shared/message.ts';
import { core11 } from '../dialect/scim-1-1-names.ts';
import { advertisedDialect, supports } from '../dialect/service-provider-config.ts';
import type { Bench } from './bench.ts';
import { works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** What the target says of itself (RFC 7644 §4). Whether that is true is seen at the end (extras.ts). */
export const documents: Subject = {
  name: 'Discovery',
  trials: [
    { name: 'ServiceProviderConfig', run: tryConfig },
    { name: 'ResourceTypes', run: tryResourceTypes },
    { name: 'Schemas', run: trySchemas },
  ],
};

async function tryConfig(bench: Bench): Promise<TrialResult> {
  const singular = await bench.ask('GET', '/ServiceProviderConfig');
  const config = isRefusal(singular) ? await bench.ask('GET', '/ServiceProviderConfigs') : singular;
  if (isRefusal(config) || config.body === undefined) {
    const why = isRefusal(singular) ? words(singular) : 'it is empty';
    return { verdict: 'absent', text: `there is none (${why})`, says: { discovery: { use: false } } };
  }
  const { body } = config;
  bench.facts.config = body;
  bench.facts.discovered = advertisedDialect(body);
  const claims = (['patch', 'filter', 'etag', 'bulk'] as const).map(
    (name) => `${supports(body, name) === true ? '' : 'no '}${name}`,
  );
  if (listOf(body['schemas']).includes(core11)) {
    bench.facts.stop = 'the target speaks SCIM 1.1, in which nothing is tried';
    return {
      verdict: 'refused',
      text: 'is that of SCIM 1.1, in which nothing is tried',
      says: { protocol: '1.1' },
      blocks: true,
    };
  }
  const plural = config !== singular;
  return works(
    `${plural ? 'is called ServiceProviderConfigs, and ' : ''}claims ${claims.join(', ')}`,
    plural ? { discovery: { serviceProviderConfig: 'ServiceProviderConfigs' } } : {},
  );
}

async function tryResourceTypes(bench: Bench): Promise<TrialResult> {
  const answer = await bench.ask('GET', '/ResourceTypes');
  if (isRefusal(answer)) return { verdict: 'absent', text: `there are none (${words(answer)})` };
  const names = elements(answer.body).flatMap(({ endpoint, name }) =>
    typeof endpoint === 'string' ? endpoint : typeof name === 'string' ? name : [],
  );
  return names.length === 0
    ? { verdict: 'lies', text: 'the answer names no resource type' }
    : works(`names ${names.join(', ')}`);
}

async function trySchemas(bench: Bench): Promise<TrialResult> {
  const answer = await bench.ask('GET', '/Schemas');
  if (isRefusal(answer)) return { verdict: 'absent', text: `there are none (${words(answer)})` };
  const user = elements(answer.body).find(({ id }) => String(id).toLowerCase() === schemas.user.toLowerCase());
  if (user === undefined) return { verdict: 'lies', text: 'the schema of users is not among them' };
  const required = listOf(user['attributes'])
    .filter(isBody)
    .filter((attribute) => attribute['required'] === true);
  bench.facts.requiredBySchema = required;
  return works(`says that users need ${required.map(({ name }) => String(name)).join(', ') || 'nothing'}`);
}

function elements(body: Body | undefined): Body[] {
  return body === undefined ? [] : listOf(readScimPath(body, scimPath('Resources'))).filter(isBody);
}
