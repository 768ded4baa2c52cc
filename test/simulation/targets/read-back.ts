import assert from 'node:assert/strict';
import type { Drift } from '../../../src/core/model/drift.ts';
import { readBack } from '../../support/read-back.ts';
import { whileTimePasses } from './cycle.ts';
import type { World } from './world.ts';

/**
 * Where everything is as it should be, as far as the target lets itself be brought, a comparison finds nothing: whatever
 * the target returns, hides, spells in its own way or lists wrongly. It sends nothing but reads.
 */
export async function expectNoDrift(world: World): Promise<void> {
  const { server } = world;
  const before = server.requests.length;
  const verified = await whileTimePasses(
    world,
    readBack({ ...world, setup: { ...world.setup, target: world.client } }),
  );
  assert.deepEqual(
    verified?.drift.filter((one) => !isUnstored(one, world)),
    [],
    'nothing has drifted',
  );
  const { waiting, departed, failing, unlinked, moving, held } = verified.notCompared.exceptions;
  const open = Object.entries({ waiting, departed, failing, unlinked, moving, held }).filter(([, number]) => number);
  assert.deepEqual(open, [], 'nothing is said to be due where nothing is');
  const written = server.requests.slice(before).filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    written.map(({ method, path }) => `${method} ${path}`),
    [],
    'a comparison sends nothing but reads',
  );
}

/**
 * What the server does not store, or not show, as it was sent, and what nobody saw because the answer to it was garbled or said nothing:
 * that it differs is the truth, and for an administrator to read.
 */
function isUnstored(drift: Drift, { plot, nature }: World): boolean {
  const { respells, scripts, lies, illness } = plot;
  const loose = [...(plot.loose ?? []), ...(nature.values.names === 'kept' ? [] : ['name'])];
  if (scripts === undefined && lies === undefined && illness === undefined) return false;
  return (
    drift.kinds.every((kind) => kind === 'attribute') &&
    drift.values.every(({ path }) => respells === true || loose.some((one) => path.startsWith(one)))
  );
}
