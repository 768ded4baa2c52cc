import type { BulkMethod } from '../../../core/dialect/dialect.ts';
import type { PartialDialect } from '../../../core/dialect/layers.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import { isRefusal, schemas, type Answer, type Body, type Refusal, type ScimRequest } from '../shared/message.ts';
import { bulkBody, bulkOperation, bulkOutcomes } from '../bulk/bulk-message.ts';
import { withSchemas } from '../answers/resource.ts';
import type { Bench } from './bench.ts';
import { settingOf } from './change.ts';
import { shows } from './effect.ts';
import { plainPaths } from './patch-shapes.ts';
import { capital, pathOf, read, remove, search, userBody } from './specimen.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/**
 * Many requests in one (RFC 7644 §3.7). What may travel so is what was seen to be done: an outcome without a body says
 * nothing, and some answer 200 to what they never read.
 */
export const bulk: Subject = {
  name: 'Bulk',
  trials: [
    { name: 'creates', run: tryCreates },
    { name: 'changes', run: tryChanges },
    { name: 'deletes', run: tryDeletes },
  ],
};

const spellings = [
  { operationsKey: 'Operations', failOnErrors: 0 },
  { operationsKey: 'operations', failOnErrors: 10 },
] as const;

type Spelling = (typeof spellings)[number];

/** Two new users in one request. The two stay for the trials after it. */
async function tryCreates(bench: Bench): Promise<TrialResult> {
  needed(bench.facts.anna, 'no user could be made');
  let why = '';
  for (const spelling of spellings) {
    const bodies = ['bulk-1', 'bulk-2'].map((label) => withSchemas('user', userBody(bench, label)));
    for (const body of bodies) bench.creations.begin('user', String(body['userName']));
    const requests = bodies.map((body): ScimRequest => ({
      method: 'POST',
      path: '/Users',
      subject: 'endpoint',
      maxBytes: 0,
      body,
    }));
    const sent = await send(bench, requests, spelling);
    if (isRefusal(sent)) {
      why ||= words(sent);
      if (sent.class !== 'unknown') for (const body of bodies) bench.creations.refuse('user', String(body['userName']));
      if (sent.class === 'unsupported' || sent.status === 404 || sent.status === 403) break;
      continue;
    }
    const made = await found(bench, bodies);
    const isTold = sent.outcomes.every((outcome) => outcome !== undefined && !isRefusal(outcome));
    bench.facts.bulk = made.length === 2;
    const says: PartialDialect = spelling.operationsKey === 'Operations' ? {} : { bulk: spelling };
    if (made.length < 2) {
      for (const id of made) await remove(bench, 'user', id);
      return {
        verdict: 'lies',
        text: `two users in one request are answered with ${sent.answer.status}, and ${made.length} are there`,
        says,
      };
    }
    bench.facts.bulkPair = made;
    return works(
      `two users in one request are made${isTold ? '' : ', without a word about each'}; bulk: { use: true } sends changes so`,
      { ...says, bulk: { ...says.bulk, methods: ['POST'] } },
    );
  }
  bench.facts.bulk = false;
  return { verdict: 'absent', text: `there are no bulk requests (${why})` };
}

async function found(bench: Bench, bodies: readonly Body[]): Promise<TargetId[]> {
  const ids: TargetId[] = [];
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

function pair({ facts }: Bench): readonly TargetId[] {
  return needed(
    facts.bulkPair,
    facts.bulk === false ? 'there are no bulk requests' : 'no users were made in one request',
  );
}

/** A PATCH of each of the two, and a PUT of each: by whichever updates go. */
async function tryChanges(bench: Bench): Promise<TrialResult> {
  const ids = pair(bench);
  const [path] = plainPaths(bench);
  const { userUpdate } = bench.facts;
  if (path === undefined || userUpdate === undefined || userUpdate === 'none')
    throw new Untestable('attributes are not changed');
  const method = userUpdate === 'patch' ? 'PATCH' : 'PUT';
  const values = ids.map(() => bench.fresh());
  const requests = await Promise.all(
    ids.map(async (id, at): Promise<ScimRequest> => ({
      method,
      path: pathOf('user', id),
      subject: 'resource',
      maxBytes: 0,
      body: method === 'PATCH' ? patchBody(bench, path, values[at]) : await wholeBody(bench, id, path, values[at]),
    })),
  );
  const sent = await send(bench, requests, spellingOf(bench));
  if (isRefusal(sent)) return { verdict: 'refused', text: `two ${method} in one request are refused (${words(sent)})` };
  const held = [];
  for (const id of ids) held.push(await read(bench, 'user', id));
  return judged(bench, method, sent, held.filter((one, at) => shows(one, path, values[at] ?? '')).length);
}

function patchBody(bench: Bench, path: string, value: string | undefined): Body {
  const operation = settingOf(bench.dialect(), path, value);
  return {
    schemas: [schemas.patch],
    Operations: [bench.dialect().patch.operationCase === 'lower' ? operation : capital(operation)],
  };
}

async function wholeBody(bench: Bench, id: TargetId, path: string, value: string | undefined): Promise<Body> {
  const held = { ...needed(await read(bench, 'user', id), 'the user is not there any more') };
  delete held['meta'];
  const [name = path, part] = path.split('.');
  return withSchemas('user', {
    ...held,
    [name]: part === undefined ? value : { ...(held[name] as object | undefined), [part]: value },
  });
}

/** Both of them in one request. Whoever is left is removed one by one. */
async function tryDeletes(bench: Bench): Promise<TrialResult> {
  const ids = pair(bench);
  const { deletion } = bench.says().users ?? {};
  if (deletion === 'none' || deletion === 'deactivates') throw new Untestable('users cannot be removed');
  const sent = await send(
    bench,
    ids.map((id) => ({ method: 'DELETE', path: pathOf('user', id), subject: 'resource', maxBytes: 0 })),
    spellingOf(bench),
  );
  let gone = 0;
  for (const id of ids) {
    const left = await bench.ask('GET', pathOf('user', id));
    if (isRefusal(left) && left.class === 'gone') {
      bench.creations.gone('user', id);
      gone += 1;
    } else await remove(bench, 'user', id);
  }
  if (isRefusal(sent)) return { verdict: 'refused', text: `two DELETE in one request are refused (${words(sent)})` };
  return judged(bench, 'DELETE', sent, gone);
}

function judged(bench: Bench, method: BulkMethod, { answer, outcomes }: Sent, done: number): TrialResult {
  const refused = outcomes.find((outcome) => outcome !== undefined && isRefusal(outcome));
  if (done === 2)
    return works(`two ${method} in one request are done`, {
      bulk: { methods: [...(bench.says().bulk?.methods ?? []), method] },
    });
  if (refused !== undefined && isRefusal(refused))
    return {
      verdict: 'refused',
      text: `two ${method} in one request: ${done} are done, and one is refused (${words(refused)})`,
    };
  return {
    verdict: 'lies',
    text: `two ${method} in one request are answered with ${answer.status}, and ${done} are done`,
  };
}

interface Sent {
  readonly answer: Answer;
  readonly outcomes: readonly (Answer | Refusal | undefined)[];
}

async function send(bench: Bench, requests: readonly ScimRequest[], spelling: Spelling): Promise<Sent | Refusal> {
  const asked = requests.map((request, at) => ({ request, bulkId: `d${at + 1}` }));
  const operations = asked.map(({ request, bulkId }) => bulkOperation(request, bulkId));
  const answer = await bench.ask('POST', '/Bulk', bulkBody(operations, { ...rfc7644.bulk, ...spelling }));
  return isRefusal(answer)
    ? answer
    : {
        answer,
        outcomes: answer.body === undefined ? requests.map(() => undefined) : bulkOutcomes(answer.body, asked, []),
      };
}

function spellingOf(bench: Bench): Spelling {
  const { operationsKey } = bench.dialect().bulk;
  return spellings.find((spelling) => spelling.operationsKey === operationsKey) ?? spellings[0];
}
