import { enterpriseUser, readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { ValueDialect } from '../../../core/dialect/dialect.ts';
import { isBody, type Body } from '../shared/message.ts';
import type { Bench, Specimen } from './bench.ts';
import { settingOf, tryPut } from './change.ts';
import { choose, history, isLie, shows, told, tryPatch, type Way } from './effect.ts';
import { isSingle } from '../../../core/dialect/single-lists.ts';
import { addressParts } from './attributes.ts';
import { dropping, valuesOf } from './patch-shapes.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { read } from './specimen.ts';

/** How lists of values and the manager are changed. */
export const patchLists: Subject = {
  name: 'Lists and references',
  trials: [
    { name: 'an element by its type', run: tryElement },
    { name: 'an element that is not there', run: tryMissing },
    { name: 'a part of an element', run: tryPart },
    { name: 'add an element', run: tryAdd },
    { name: 'replace a list', run: tryReplace },
    { name: 'manager', run: tryManager },
  ],
};

const email = 'emails[type eq "work"].value';
const phone = 'phoneNumbers[type eq "work"].value';

function patched({ facts }: Bench): Specimen {
  if (facts.userUpdate !== 'patch') throw new Untestable('attributes are not changed by PATCH');
  return needed(facts.anna, 'no user could be made');
}

function keptList({ facts }: Bench): {
  readonly name: 'phoneNumbers' | 'emails';
  readonly value: (number: number) => string;
} {
  if (facts.kept.includes(phone)) return { name: 'phoneNumbers', value: (number) => `+1555010${number}` };
  if (facts.kept.includes(email)) return { name: 'emails', value: (number) => `dir2scim-doctor-${number}@example.com` };
  throw new Untestable('no list is kept');
}

async function tryElement(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const path = needed(
    [email, phone].find((one) => bench.facts.kept.includes(one)),
    'no list is kept',
  );
  const value = path === email ? `${bench.tag}-by-type@example.com` : '+1 555 0155';
  const effect = await tryPatch(bench, 'user', id, [{ op: 'replace', path, value }], (held) =>
    shows(held, path, value),
  );
  if (effect.kind === 'done') return works(`${path} is changed in place`);
  return {
    verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
    text: `${path} ${told(effect)}`,
    says: { patch: { valueFilters: false } },
  };
}

/** RFC 7644 §3.5.2.3 wants noTarget; Entra wants a new element. */
async function tryMissing(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  if (bench.says().patch?.valueFilters === false) throw new Untestable('paths take no filter');
  const { name, value } = keptList(bench);
  const effect = await tryPatch(
    bench,
    'user',
    id,
    [{ op: 'replace', path: `${name}[type eq "other"].value`, value: value(6) }],
    (held) => valuesOf(held, name).some((one) => shows({ one }, 'one', value(6))),
  );
  if (effect.kind === 'done') return works('is added');
  return effect.kind === 'refused' ? works(told(effect)) : { verdict: 'lies', text: told(effect) };
}

/** Some take the whole address away when one part of it is removed. */
async function tryPart(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  if (bench.says().patch?.valueFilters === false) throw new Untestable('paths take no filter');
  const [part, other] = addressParts;
  if (![part, other].every((path) => bench.facts.kept.includes(path))) throw new Untestable('addresses are not kept');
  if (bench.dialect().patch.clear !== 'remove') throw new Untestable('nothing is removed');
  const isThere = (held: Body | undefined, path: string): boolean =>
    readScimPath(held ?? {}, scimPath(path)) !== undefined;
  const effect = await tryPatch(
    bench,
    'user',
    id,
    [{ op: 'remove', path: part }],
    (held) => !isThere(held, part) && isThere(held, other),
  );
  if (effect.kind === 'done') return works(`${part} is removed, and ${other} stays`);
  if (effect.kind === 'refused')
    return { verdict: 'refused', text: `${part} ${told(effect)}`, says: { patch: { valueFilters: false } } };
  const isLost = !isThere(effect.held, other);
  return {
    verdict: 'lies',
    text: isLost ? `the whole address goes when ${part} is removed` : `removing ${part} ${told(effect)}`,
    says: { patch: { valueFilters: false } },
  };
}

/** Whether those who were there stay. */
async function tryAdd(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const { name, value } = keptList(bench);
  if (isSingle(bench.dialect().values, name)) throw new Untestable('lists have one element');
  const before = valuesOf(await read(bench, 'user', id), name).length;
  const { paths } = bench.dialect().patch;
  const elements = [{ value: value(1), type: 'mobile' }];
  const operation =
    paths === 'each' ? { op: 'add', path: name, value: elements } : { op: 'add', value: { [name]: elements } };
  const effect = await tryPatch(bench, 'user', id, [operation], (held) => holds(held, name, value(1)));
  if (effect.kind !== 'done')
    return {
      verdict: effect.kind === 'nothing' ? 'lies' : 'refused',
      text: `an element of ${name} ${told(effect)}`,
      says: { patch: { valueFilters: false } },
    };
  const after = valuesOf(await read(bench, 'user', id), name).length;
  if (after > before) return works(`an element of ${name} is added to the others`);
  return {
    verdict: 'lies',
    text: `an element that is added to ${name} takes the place of the others`,
    says: { patch: { valueFilters: false } },
  };
}

async function tryReplace(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const { name, value } = keptList(bench);
  const primary = bench.dialect().values.primary ? { primary: true } : {};
  const effect = await tryPatch(
    bench,
    'user',
    id,
    [settingOf(bench.dialect(), name, [{ value: value(2), type: 'work', ...primary }])],
    (held) => holds(held, name, value(2)),
  );
  if (effect.kind !== 'done')
    return { verdict: effect.kind === 'nothing' ? 'lies' : 'refused', text: `${name} as a whole ${told(effect)}` };
  const left = valuesOf(await read(bench, 'user', id), name).length;
  return left === 1
    ? works(`${name} as a whole is replaced`)
    : { verdict: 'lies', text: `what replaces ${name} is added to it: ${left} are there` };
}

function holds(held: Body | undefined, name: string, value: string): boolean {
  return valuesOf(held, name).some((one) => shows({ one }, 'one', value));
}

const manager = `${enterpriseUser}:manager`;
type Form = ValueDialect['manager'];

/** By PATCH in four forms, else by PUT in the two that bodies know. */
async function tryManager(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.anna, 'no user could be made');
  const boss = needed(facts.ben, 'there is no second user').id;
  const isDone = (held: Body | undefined): boolean => {
    const shown = held === undefined ? undefined : readScimPath(held, scimPath(manager));
    const inner: unknown = Array.isArray(shown) ? shown[0] : shown;
    return (isBody(inner) ? inner['value'] : inner) === boss;
  };
  if (facts.userUpdate === 'none') throw new Untestable('attributes are not changed');
  const values: Readonly<Record<Form, unknown>> = {
    object: { value: boss },
    array: [{ value: boss }],
    string: boss,
    'sub-attribute': boss,
  };
  const byPatch = (name: Form): Way<Form> => ({
    name,
    try: () =>
      tryPatch(
        bench,
        'user',
        id,
        [settingOf(bench.dialect(), name === 'sub-attribute' ? `${manager}.value` : manager, values[name])],
        isDone,
      ),
  });
  const byPut = (name: Form): Way<Form> => ({
    name,
    try: () =>
      tryPut(
        bench,
        'user',
        id,
        (body) => {
          body[enterpriseUser] = {
            ...(isBody(body[enterpriseUser]) ? body[enterpriseUser] : {}),
            manager: values[name],
          };
        },
        isDone,
      ),
  });
  const choice = await choose(
    facts.userUpdate === 'patch'
      ? (['object', 'sub-attribute', 'array', 'string'] as const).map(byPatch)
      : (['object', 'string'] as const).map(byPut),
  );
  const before = history(choice);
  if (choice.chosen === undefined)
    return { verdict: isLie(choice) ? 'lies' : 'refused', text: before, says: dropping(bench, 'enterprise.manager') };
  return {
    verdict: isLie(choice) ? 'lies' : 'works',
    text: `is written as ${choice.chosen}${before === '' ? '' : `; ${before}`}`,
    says: { values: { manager: choice.chosen } },
  };
}
