import type { ScimValue } from '../../src/core/model/resource.ts';
import { cycleStage, hour, person } from './cycle-stage.ts';
import type { FakeFault } from './fake-target.ts';

const never = new AbortController().signal;
export const missing: FakeFault = { when: 'before', result: { class: 'gone', status: 404, detail: 'not found' } };
export const nothing: FakeFault = {
  when: 'before',
  result: { class: 'unsupported', status: 404, detail: 'not found' },
};

/** Three people since long, one of whom has just left. */
export async function withLeaver(rest: Parameters<typeof cycleStage>[1] = {}) {
  const stage = cycleStage(
    ['ada', 'ben', 'cy'].map((id) => person(id)),
    rest,
  );
  await stage.cycle();
  await stage.clock.advance(hour);
  stage.source.remove('cy');
  const cy = () =>
    stage.target.users().find(({ externalId, userName }) => externalId === 'cy' || userName === 'cy@example.org');
  const link = async () => (await stage.store.links('wiki', ['cy'])).get('cy');
  return { ...stage, cy, link };
}

type LeaverStage = Awaited<ReturnType<typeof withLeaver>>;

/** What the target has of the leaver is gone, and somebody there has the same name under another id. */
export async function madeAnew(
  { target, cy }: LeaverStage,
  values: Readonly<Record<string, ScimValue>> = {},
): Promise<void> {
  await target.remove('user', String(cy()?.['id']), never);
  await target.create(
    'user',
    new Map<string, ScimValue>([['userName', 'cy@example.org'], ['active', true], ...Object.entries(values)]),
    never,
  );
}

/** A person decides about what is held. */
export async function decide({ store, clock }: LeaverStage, decision: 'approve' | 'reject'): Promise<void> {
  const { held } = await store.target('wiki');
  await store.decide({ target: 'wiki', holdId: held?.holdId ?? '', decision, at: new Date(clock.now()).toISOString() });
}

/** A gateway without a route: 404 to everything. */
export function answerNothing({ target }: Pick<LeaverStage, 'target'>): void {
  target.setHook((call) => {
    if (call.method === 'find' || call.method === 'inventory' || call.method === 'create') return nothing;
    return call.method === 'answers'
      ? { when: 'before', result: { class: 'unsupported', status: 404, detail: '' } }
      : missing;
  });
}
