import type { TestContext } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { PartialDialect } from '../../src/core/dialect/layers.ts';
import type { TargetId } from '../../src/core/model/link.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import type { Faults } from '../support/scim-server/faults.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { applied, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

export interface Stage {
  readonly server: ScimServer;
  readonly target: ScimTarget;
  /** What it has learned, by setting. */
  readonly learned: () => Readonly<Record<string, unknown>>;
  /** Methods and paths since the last time. */
  readonly sent: () => string[];
}

/** A server that is like this, and a client that has been told so much about it. */
export async function begin(
  context: TestContext,
  behaviour: PartialBehaviour,
  says: PartialDialect = {},
  faults: Faults = {},
): Promise<Stage> {
  const server = await startScimServer({ behaviour, faults });
  const target = createScimTarget(
    targetOptions(server.url, 'any', {
      dialect: [{ origin: 'profile', says: { discovery: { use: false }, ...says } }],
    }),
  );
  context.after(async () => {
    await target.close();
    await server.stop();
  });
  return {
    server,
    target,
    learned: () =>
      Object.fromEntries(
        target
          .settings()
          .filter(({ origin }) => origin === 'learned')
          .map(({ name, value }) => [name, value]),
      ),
    sent() {
      const lines = server.requests.map(({ method, path }) => `${method} ${path.split('/')[1] ?? ''}`);
      server.clearRequests();
      return lines;
    },
  };
}

export const work = 'emails[type eq "work"].value';
export const home = 'emails[type eq "home"].value';

export async function createPerson({ target }: Stage, name: string): Promise<TargetId> {
  const attributes = new Map<string, string | boolean>([
    ['externalId', name],
    ['userName', `${name}@x`],
    ['displayName', name],
    ['title', 'Dr'],
    ['active', true],
    [work, `${name}@x`],
  ]);
  return applied(await target.create('user', attributes, signal));
}

export async function createTeam(
  stage: Stage,
  people: number,
): Promise<{ readonly group: TargetId; readonly ids: TargetId[] }> {
  const ids: TargetId[] = [];
  for (let number = 1; number <= people; number += 1) ids.push(await createPerson(stage, `p${number}`));
  const group = applied(
    await stage.target.create(
      'group',
      new Map([
        ['displayName', 'Crew'],
        ['externalId', 'g'],
      ]),
      signal,
    ),
  );
  stage.sent();
  return { group, ids };
}

export function memberIds({ server }: Stage): unknown[] {
  const held = server.groups()[0]?.['members'];
  return (Array.isArray(held) ? held : []).map((member: { readonly value: unknown }) => member.value).sort();
}
