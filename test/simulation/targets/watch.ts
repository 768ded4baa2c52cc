import assert from 'node:assert/strict';
import type { ScimRequestRecord, ScimService } from '../../support/scim-server/index.ts';
import { departureHeader, type Departures } from './client.ts';
import type { World } from './world.ts';

/** What is seen of requests while they arrive. */
export interface Watch {
  arrives(request: ScimRequestRecord): void;
  /** Creates of somebody who was there already. */
  readonly repeated: string[];
}

export function createWatch(server: ScimService): Watch {
  const repeated: string[] = [];
  return {
    repeated,
    arrives(request) {
      if (request.method !== 'POST') return;
      const { externalId } = request.body ?? {};
      if (typeof externalId !== 'string') return;
      const held = request.path.startsWith('/Users') ? server.users() : server.groups();
      if (held.some((one) => one['externalId'] === externalId)) repeated.push(externalId);
    },
  };
}

/** What is tried, outside of the RFC, when something was refused that it allows. */
const trial =
  /^PATCH .*: (?:replace needs a value|remove takes no value|active is not a boolean|members is not an object|members has no sub-attribute members)$/;

/** What must be true after any cycle, whatever the server does. */
export function checkCycle(world: World): void {
  const { server, strangers, plot, watch } = world;
  const trials = plot.scripts === undefined ? /^$/ : trial;
  assert.deepEqual(
    server.violations.filter((line) => !trials.test(line)),
    [],
    'a client keeps to the RFCs',
  );
  checkDuplicates(server);
  const held = new Map([...server.users(), ...server.groups()].map((body) => [String(body['id']), body]));
  for (const [id, body] of strangers.untouched)
    assert.deepEqual(held.get(id), body, `${String(body['userName'] ?? body['displayName'])} is nobody of ours`);
  if (plot.hides !== true) assert.deepEqual(watch.repeated, [], 'nobody is created a second time');
  checkPauses(world);
}

function checkDuplicates(server: ScimService): void {
  for (const [kind, bodies] of [
    ['user', server.users()],
    ['group', server.groups()],
  ] as const) {
    for (const name of ['externalId', 'userName', 'displayName']) {
      if (kind === 'user' && name === 'displayName') continue;
      const values = bodies.flatMap((body) => (typeof body[name] === 'string' ? [body[name].toLowerCase()] : []));
      const twice = values.filter((value, at) => values.indexOf(value) !== at);
      assert.deepEqual(twice, [], `no ${kind} is there twice (${name})`);
    }
  }
}

/** Nobody comes before a Retry-After has run out; who was on the way when it was said is excused. */
function checkPauses({ server, departures, nature }: World): void {
  if (nature.pace.tells === 'nothing') return;
  const requests = new Map(server.requests.map((request) => [request.number, request]));
  for (const { number, since, until } of server.early) {
    const request = requests.get(number);
    // Somebody else's is not ours to answer for.
    if (request?.headers[departureHeader] === undefined) continue;
    const what = `${request.method} ${request.path} came ${until} ms too early`;
    const departure = Number(request.headers[departureHeader]);
    if (wasForgotten(departure, since, departures)) continue;
    assert.ok(since <= nature.http.latencyMilliseconds, what);
    assert.ok(!leftLater(departure, since, departures), what);
  }
}

/** Whoever was told died in that moment, before anything could be noted. */
function wasForgotten(departure: number, since: number, { times, deaths }: Departures): boolean {
  const at = times[departure] ?? 0;
  return deaths.some((death) => death >= at - since && death <= at - since + 1);
}

/**
 * On a clock that stands still while anything is on the way, but for the time that the server takes for each answer: it left
 * after the client knew.
 */
function leftLater(departure: number, since: number, { times, turnedAway }: Departures): boolean {
  const at = times[departure] ?? 0;
  return turnedAway.some((one) => one.at <= at && one.at >= at - since && one.departures < departure);
}
