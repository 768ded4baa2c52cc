import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { enterpriseUser, readScimPath, scimPath, shortPath } from '../../../core/mapping/scim-path.ts';
import { isBody, isRefusal, listOf, schemas, type Body } from '../shared/message.ts';
import type { Bench, Specimen } from './bench.ts';
import { settingOf } from './change.ts';
import { choose, effectOf, history, isLie, shows, told, tryPatch, type Choice, type Way } from './effect.ts';
import { chooseStyle, styleSays, type StyleName } from './patch-style.ts';
import { capital, pathOf } from './specimen.ts';
import { needed, Untestable, works, type TrialResult, type Subject } from './trial.ts';
import { words } from './words.ts';

/** In which words changes of users are understood (RFC 7644 §3.5.2), each seen by reading again. */
export const patchShapes: Subject = {
  name: 'PATCH',
  trials: [
    { name: 'one attribute', run: tryOne },
    { name: 'a part of a name', run: tryNested },
    { name: 'other shapes', run: tryOthers },
    { name: 'extensions', run: tryExtension },
    { name: 'several operations', run: trySeveral },
    { name: 'clearing', run: tryClear },
    { name: 'unknown attributes', run: tryUnknown },
  ],
};

/** Plain texts that have to be kept, in the order of how seldom they are locked. */
const plain = ['displayName', 'title', 'name.familyName'];

export function plainPaths({ facts }: Bench): string[] {
  return plain.filter((path) => facts.kept.includes(path));
}

async function tryOne(bench: Bench): Promise<TrialResult> {
  const { facts } = bench;
  const { id } = needed(facts.anna, 'no user could be made');
  const paths = plainPaths(bench);
  needed(paths[0], 'no text is kept that could be changed');
  let last: Choice<StyleName> | undefined;
  for (const path of paths.slice(0, 2)) {
    const choice = await chooseStyle(bench, 'user', id, path);
    last ??= choice;
    if (choice.chosen === undefined) continue;
    facts.userUpdate = 'patch';
    facts.patchStyle = true;
    const before = history(choice);
    return {
      verdict: isLie(choice) ? 'lies' : 'works',
      text: `${shortPath(path)} is changed ${choice.chosen} (${choice.status})${before === '' ? '' : `; ${before}`}`,
      says: styleSays(choice.chosen),
    };
  }
  const [first] = last?.before ?? [];
  return {
    verdict: last !== undefined && isLie(last) ? 'lies' : 'refused',
    text: first === undefined ? 'nothing works' : `${first.name} ${told(first.effect)}`,
  };
}

function patched({ facts }: Bench): Specimen {
  if (facts.userUpdate !== 'patch') throw new Untestable('attributes are not changed by PATCH');
  return needed(facts.anna, 'no user could be made');
}

/**
 * Some take `name.familyName` for the name of an attribute, and keep it as such beside the name itself: what is right for
 * plain attributes is tried first, then every other form that plain attributes may have as well.
 */
async function tryNested(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const path = 'name.familyName';
  if (!bench.facts.kept.includes(path)) throw new Untestable('name.familyName is not kept');
  const { patch } = bench.dialect();
  const forms = [patch.paths, ...(['each', 'object', 'dotted'] as const).filter((one) => one !== patch.paths)];
  const choice = await choose(
    forms.map((paths): Way<(typeof forms)[number]> => ({
      name: paths,
      async try() {
        const [nested, text] = [bench.fresh(), bench.fresh()];
        const operations = [settingOf({ patch: { ...patch, paths } }, path, nested)];
        const effect = await tryPatch(bench, 'user', id, operations, (held) => shows(held, path, nested));
        const plain = plainPaths(bench).find((one) => one !== path);
        if (effect.kind !== 'done' || paths === patch.paths || plain === undefined) return effect;
        return tryPatch(bench, 'user', id, [settingOf({ patch: { ...patch, paths } }, plain, text)], (held) =>
          shows(held, plain, text),
        );
      },
    })),
  );
  const before = choice.before.map(({ name, effect }) => `${formNames[name]} ${told(effect)}`).join('; ');
  if (choice.chosen === undefined)
    return { verdict: isLie(choice) ? 'lies' : 'refused', text: `name.familyName: ${before}` };
  const text = `name.familyName is changed ${formNames[choice.chosen]}${before === '' ? '' : `; ${before}`}`;
  return {
    verdict: isLie(choice) ? 'lies' : 'works',
    text,
    says: choice.chosen === patch.paths ? {} : { patch: { paths: choice.chosen } },
  };
}

const formNames = {
  each: 'with a path',
  object: 'without a path, nested',
  dotted: 'without a path, by a key with a dot',
} as const;

/** What else is understood: no setting, but good to know for whoever builds the target. */
async function tryOthers(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const [path = ''] = plainPaths(bench);
  const { patch } = bench.dialect();
  const tries: (readonly [name: string, operation: (value: string) => Body, path: string])[] = [
    ['op in capitals', (value) => capital(settingOf({ patch }, path, value)), path],
    ['a path', (value) => ({ op: 'replace', path, value }), path],
    ['an object without a path', (value) => ({ op: 'replace', value: { [path]: value } }), path],
  ];
  if (bench.facts.kept.includes('name.familyName')) {
    tries.push([
      'keys with dots',
      (value) => ({ op: 'replace', value: { 'name.familyName': value } }),
      'name.familyName',
    ]);
    tries.push([
      'a nested object',
      (value) => ({ op: 'replace', value: { name: { familyName: value } } }),
      'name.familyName',
    ]);
  }
  const good: string[] = [];
  const bad: string[] = [];
  for (const [name, operation, about] of tries) {
    const value = bench.fresh();
    const body = { schemas: [schemas.patch], Operations: [operation(value)] };
    const effect = await effectOf(bench, await bench.ask('PATCH', pathOf('user', id), body), 'user', id, (held) =>
      shows(held, about, value),
    );
    if (effect.kind === 'done') good.push(name);
    else bad.push(effect.kind === 'nothing' ? `${name} (without effect)` : name);
  }
  return works(`understood: ${good.join(', ') || 'none'}${bad.length === 0 ? '' : `; not: ${bad.join(', ')}`}`);
}

async function tryExtension(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const path = `${enterpriseUser}:department`;
  if (!bench.facts.kept.includes(path)) throw new Untestable('enterprise.department is not kept');
  const choice = await choose(
    (['colon', 'object'] as const).map((extensionPaths) => ({
      name: extensionPaths,
      try: async () => {
        const value = bench.fresh();
        const operation = settingOf({ patch: { ...bench.dialect().patch, extensionPaths } }, path, value);
        return tryPatch(bench, 'user', id, [operation], (held) => shows(held, path, value));
      },
    })),
  );
  if (choice.chosen === undefined)
    return {
      verdict: isLie(choice) ? 'lies' : 'refused',
      text: `enterprise.department: ${history(choice)}`,
      says: dropping(bench, 'enterprise.department'),
    };
  const before = history(choice);
  return {
    verdict: isLie(choice) ? 'lies' : 'works',
    text: `are named by ${choice.chosen}${before === '' ? '' : `; ${before}`}`,
    says: { patch: { extensionPaths: choice.chosen } },
  };
}

/** `drop` with one more. */
export function dropping(bench: Bench, path: string): PartialDialect {
  return { users: { drop: [...new Set([...(bench.says().users?.drop ?? []), path])] } };
}

async function trySeveral(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const [path = ''] = plainPaths(bench);
  let why = '';
  for (const size of [100, 50, 25, 20, 10, 5, 2, 1]) {
    const values = Array.from({ length: size }, () => bench.fresh());
    const operations = values.map((value) => settingOf(bench.dialect(), path, value));
    const effect = await tryPatch(bench, 'user', id, operations, (held) => shows(held, path, values.at(-1) ?? ''));
    if (effect.kind === 'done') {
      const text = `${size} operations in one request are taken${why}`;
      return size === 100 ? works(text) : { verdict: 'refused', text, says: { patch: { maxOperations: size } } };
    }
    why ||= `; with 100 it ${told(effect)}`;
  }
  return {
    verdict: 'refused',
    text: `several operations in one request are never taken${why}`,
    says: { patch: { maxOperations: 1 } },
  };
}

/** The RFC's remove, then what it does not know. */
async function tryClear(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const required = bench.says().users?.required ?? [];
  const path = needed(
    ['title', `${enterpriseUser}:department`, 'displayName'].find(
      (one) => bench.facts.kept.includes(one) && !required.includes(one),
    ),
    'nothing is kept that may be cleared',
  );
  const ways = [
    { name: 'remove', operation: { op: 'remove', path } },
    { name: 'null', operation: settingOf(bench.dialect(), path, null) },
    { name: 'empty', operation: settingOf(bench.dialect(), path, '') },
  ] as const;
  const isClear = (held: Body | undefined): boolean => {
    const value = held === undefined ? undefined : readScimPath(held, scimPath(path));
    return held !== undefined && (value === undefined || value === null || value === '');
  };
  const set = async (): Promise<void> => {
    const value = bench.fresh();
    const effect = await tryPatch(bench, 'user', id, [settingOf(bench.dialect(), path, value)], (held) =>
      shows(held, path, value),
    );
    if (effect.kind !== 'done') throw new Untestable(`${shortPath(path)} cannot be set`);
  };
  const choice = await choose(
    ways.map(({ name, operation }) => ({
      name,
      async try() {
        await set();
        return tryPatch(bench, 'user', id, [operation], isClear);
      },
    })),
  );
  if (choice.chosen === undefined)
    return {
      verdict: isLie(choice) ? 'lies' : 'refused',
      text: `${shortPath(path)} cannot be cleared: ${history(choice)}`,
      says: { patch: { clear: 'skip' } },
    };
  const before = history(choice);
  return {
    verdict: isLie(choice) ? 'lies' : 'works',
    text: `${shortPath(path)} is cleared by ${choice.chosen}${before === '' ? '' : `; ${before}`}`,
    says: { patch: { clear: choice.chosen } },
  };
}

/** RFC 7644 §3.5.2: invalidPath. Also shows whether the operation before is undone ("atomic"). */
async function tryUnknown(bench: Bench): Promise<TrialResult> {
  const { id } = patched(bench);
  const [path = ''] = plainPaths(bench);
  const value = bench.fresh();
  const operations = [
    settingOf(bench.dialect(), path, value),
    settingOf(bench.dialect(), 'dir2scimHasNoSuchAttribute', 'x'),
  ];
  const answer = await bench.ask('PATCH', pathOf('user', id), {
    schemas: [schemas.patch],
    Operations: bench.dialect().patch.operationCase === 'lower' ? operations : operations.map(capital),
  });
  if (!isRefusal(answer)) return works('unknown attributes are passed over in silence');
  const after = await bench.ask('GET', pathOf('user', id));
  const isKept = !isRefusal(after) && shows(after.body, path, value);
  if (isKept)
    return {
      verdict: 'lies',
      text: `unknown attributes are refused (${words(answer)}), and the operation before it stays done: PATCH is not atomic`,
    };
  return works(`unknown attributes are refused (${words(answer)}), and then nothing is done`);
}

/** Values of the elements of a list, whatever they are like. */
export function valuesOf(held: Body | undefined, name: string): unknown[] {
  return listOf(held === undefined ? undefined : readScimPath(held, scimPath(name))).map((one) =>
    isBody(one) ? one['value'] : one,
  );
}
