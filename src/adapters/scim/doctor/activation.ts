import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { readActive } from '../../../core/mapping/active.ts';
import { isRefusal, schemas, type Body } from '../shared/message.ts';
import type { Bench } from './bench.ts';
import { tryPut } from './change.ts';
import { choose, effectOf, history, isLie, type Choice, type Effect, type Way } from './effect.ts';
import { capital, create, pathOf, read, userBody } from './specimen.ts';
import { needed, unseen, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** Ending somebody's access and giving it back: what the bridge is for. */
export const activation: Subject = { name: 'Deactivation', trials: [{ name: 'deactivate', run: tryDeactivate }] };

const shapes = [
  { name: 'PATCH with a path', path: true, text: false },
  { name: 'PATCH without a path', path: false, text: false },
  { name: 'PATCH with the text "False"', path: true, text: true },
  { name: 'PATCH without a path, with the text "False"', path: false, text: true },
] as const;
type Shape = (typeof shapes)[number];

/** With an account of its own, which may be gone by that. */
async function tryDeactivate(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  needed(facts.anna, 'no user could be made');
  const made = await create(bench, 'user', userBody(bench, 'dora', { active: true }));
  if (isRefusal(made)) return { verdict: 'skipped', text: `no user could be made for it (${words(made)})` };
  const before = await read(bench, 'user', made.id);
  const isMute = before !== undefined && readActive(before) === undefined;
  const byPatch = await choose(shapes.map((shape) => wayOf(bench, made.id, shape, false, isMute)));
  facts.activeByPatch = byPatch.chosen !== undefined;
  const byPut = facts.activeByPatch ? undefined : await switchByPut(bench, made.id, false, isMute);
  if (byPatch.chosen === undefined && byPut?.kind !== 'done') {
    return {
      verdict: isLie(byPatch) ? 'lies' : 'refused',
      text: `nobody can be deactivated: ${history(byPatch)}`,
      blocks: true,
    };
  }
  const way = byPatch.chosen ?? 'PUT';
  const held = await read(bench, 'user', made.id);
  if (held === undefined) return vanished(bench, made.id, way, shapeSays(bench, byPatch));
  const shape = shapes.find(({ name }) => name === byPatch.chosen);
  const back =
    shape === undefined
      ? await switchByPut(bench, made.id, true, isMute)
      : await wayOf(bench, made.id, shape, true, isMute).try();
  const says = await activationSays(bench, made.id, byPatch, back.kind === 'done', isMute);
  const others = history(byPatch);
  if (readActive(held) === undefined)
    return {
      ...unseen(`${way} is taken; users never show active, so that it is not known whether it was done`, says),
      ...(isLie(byPatch) ? { verdict: 'lies' as const } : {}),
    };
  const text = `${way} deactivates${others === '' ? '' : ` (${others})`}, and the user can still be read`;
  if (back.kind === 'done')
    return { verdict: isLie(byPatch) ? 'lies' : 'works', text: `${text}; the same with true brings them back`, says };
  return { verdict: 'lies', text: `${text}; they cannot be brought back so`, says };
}

function wayOf(bench: Bench, id: string, shape: Shape, active: boolean, isMute: boolean): Way<Shape['name']> {
  const word = active ? 'True' : 'False';
  const value = shape.text ? word : active;
  return {
    name: shape.name,
    async try() {
      const operation: Body = shape.path
        ? { op: 'replace', path: 'active', value }
        : { op: 'replace', value: { active: value } };
      const isLower = bench.dialect().patch.operationCase === 'lower';
      const body = { schemas: [schemas.patch], Operations: [isLower ? operation : capital(operation)] };
      return effectOf(bench, await bench.ask('PATCH', pathOf('user', id), body), 'user', id, (held) =>
        isSwitched(held, active, isMute),
      );
    },
  };
}

/** Whoever is gone is inactive too. `isMute`: the target never spoke of `active`, so that its word has to do. */
function isSwitched(held: Body | undefined, active: boolean, isMute: boolean): boolean {
  if (held === undefined) return !active;
  const shown = readActive(held);
  return shown === undefined ? isMute : shown === active;
}

async function switchByPut(bench: Bench, id: string, active: boolean, isMute: boolean): Promise<Effect> {
  return tryPut(
    bench,
    'user',
    id,
    (body) => {
      body['active'] = active;
    },
    (held) => isSwitched(held, active, isMute),
  );
}

/** Where nothing has a path, `active` needs no word of its own. */
function shapeSays({ dialect }: Bench, { chosen }: Choice<Shape['name']>): PartialDialect {
  const shape = shapes.find(({ name }) => name === chosen);
  if (shape === undefined) return {};
  return {
    ...(shape.path || dialect().patch.paths !== 'each' ? {} : { patch: { activePathless: true } }),
    ...(shape.text ? { values: { booleans: 'string' } } : {}),
  };
}

/** Where attributes go by PUT, whether `active` goes along has to be seen. */
async function activationSays(
  bench: Bench,
  id: string,
  byPatch: Choice<Shape['name']>,
  isBack: boolean,
  isMute: boolean,
): Promise<PartialDialect> {
  const { userUpdate } = bench.facts;
  const says = shapeSays(bench, byPatch);
  if (byPatch.chosen === undefined || userUpdate === 'patch') return says;
  const goesByPut = isBack && userUpdate !== 'none' && (await switchByPut(bench, id, false, isMute)).kind === 'done';
  bench.facts.activeByPut = goesByPut;
  return goesByPut ? {} : { ...says, users: { activation: 'patch' } };
}

/** 404 after it: deleted for good, or only hidden until the same name is created again (Atlassian). */
async function vanished(bench: Bench, id: string, way: string, says: PartialDialect): Promise<TrialResult> {
  const { userUpdate } = bench.facts;
  const apart = userUpdate === 'patch' || way === 'PUT' ? {} : { activation: 'patch' as const };
  bench.creations.gone('user', id);
  const again = await create(
    bench,
    'user',
    userBody(bench, 'dora', { active: true, externalId: `${bench.tag}-dora-again` }),
  );
  if (!isRefusal(again) && again.id === id) {
    return {
      verdict: 'lies',
      text: `${way} hides the user (404); whoever is made anew comes back with the same id`,
      says: { ...says, users: { ...apart, reactivation: 'recreate' } },
    };
  }
  return {
    verdict: 'lies',
    text: `${way} deletes the user for good: it is gone, with its id`,
    says: { ...says, users: { ...apart, deactivation: 'deletes' } },
  };
}
