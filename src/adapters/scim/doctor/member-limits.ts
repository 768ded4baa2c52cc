import { isRefusal } from '../shared/message.ts';
import { isTooMuch } from '../write/send-patch.ts';
import type { Bench } from './bench.ts';
import { additionOf, castOf } from './group-members.ts';
import { create, groupBody, patch, remove } from './specimen.ts';
import { Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** How many members one request takes, with ids of nobody: who checks the number first says so all the same. */
export const memberLimits: Subject = {
  name: 'Member limits',
  trials: [
    { name: 'unknown members', run: tryUnknown },
    { name: 'members in a request', run: tryMany },
  ],
};

const sizes = [1000, 100, 50, 25, 20, 10, 5, 2, 1] as const;

/** They belong to nobody: random ones cannot be met. */
function nobodies(bench: Bench, count: number): string[] {
  const digits = (): string =>
    Math.floor(bench.clock.random() * 16 ** 12)
      .toString(16)
      .padStart(12, '0');
  return Array.from({ length: count }, () => `00000000-0000-4000-8000-${digits()}`);
}

async function tryUnknown(bench: Bench): Promise<TrialResult> {
  const { crew } = cast(bench);
  const [nobody = ''] = nobodies(bench, 1);
  const answer = await patch(bench, 'group', crew.id, [additionOf(bench, [nobody])]);
  if (isRefusal(answer)) return works(`whoever does not exist is refused (${words(answer)})`);
  return { verdict: 'lies', text: `whoever does not exist is answered with ${answer.status}` };
}

/** In a group of its own, so that a cut-off list harms nobody. */
async function tryMany(bench: Bench): Promise<TrialResult> {
  cast(bench);
  const made = await create(bench, 'group', groupBody(bench, 'many'));
  if (isRefusal(made)) throw new Untestable(`no second group could be made (${words(made)})`);
  const { valuesPerOperation } = bench.dialect().members;
  const { maxOperations } = bench.dialect().patch;
  let why = '';
  let result: TrialResult = { verdict: 'refused', text: 'not even one is taken' };
  for (const size of sizes) {
    if (valuesPerOperation === 1 && size > maxOperations) continue;
    const ids = nobodies(bench, size);
    const operations = valuesPerOperation === 1 ? ids.map((id) => additionOf(bench, [id])) : [additionOf(bench, ids)];
    const answer = await patch(bench, 'group', made.id, operations);
    if (isRefusal(answer) && isTooMuch(answer)) {
      why = `; ${size.toLocaleString('en-US')} are too many (${words(answer)})`;
      continue;
    }
    result = judged(size, isRefusal(answer), why);
    break;
  }
  await remove(bench, 'group', made.id);
  return result;
}

function judged(size: number, isRefused: boolean, why: string): TrialResult {
  const many = size.toLocaleString('en-US');
  const text = isRefused
    ? `${many} are not too many (they are refused for being unknown)${why}`
    : `${many} in one request are taken${why}`;
  if (size < 100 && why !== '')
    return { verdict: 'refused', text, says: { members: { addPerRequest: size, removePerRequest: size } } };
  if (size <= 100 || isRefused) return works(text);
  return works(text, { members: { addPerRequest: size, valuesPerOperation: size } });
}

function cast(bench: Bench): ReturnType<typeof castOf> {
  if (bench.says().members?.add === undefined) throw new Untestable('members cannot be added');
  return castOf(bench);
}
