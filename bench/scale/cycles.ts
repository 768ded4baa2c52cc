/**
 * Cycles over a big made-up company in memory, with targets that answer at once: what reading and sending take is not
 * in the figures, but for a file that did not change. Usage:
 * node bench/scale/cycles.ts [--users N] [--groups N] [--targets N] [--refused]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Entry } from '../../src/core/model/entry.ts';
import { verdicts, type Row } from './bounds.ts';
import { inWords, measure } from './measure.ts';
import { createMemorySource, type MemorySource } from './memory-source.ts';
import { openStage, type Stage } from './stage.ts';
import { suffix, writeWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '25000' },
    groups: { type: 'string' },
    targets: { type: 'string', default: '1' },
    refused: { type: 'boolean', default: false },
  },
});
const users = Number(values.users);
const groups = Number(values.groups ?? users / 20);

const folder = await mkdtemp(join(tmpdir(), 'dir2scim-scale-'));
try {
  await writeWorld(join(folder, 'world.ldif'), { users, groups });
  const sources: MemorySource[] = [];
  const stage = await openStage(
    folder,
    Number(values.targets),
    (own) => {
      const source = createMemorySource(own);
      sources.push(source);
      return source;
    },
    (name) => values.refused && name === '"u7"',
  );
  const [source] = sources;
  if (source === undefined) throw new Error('no source');
  const rows: Row[] = [];
  const row = createRow(stage, rows);
  console.log(`${users} users, ${groups} groups, ${values.targets} targets`);
  await row('first load');
  await row('after it');
  await row('nothing new');
  await stage.restart();
  await row('restart');
  await row('nothing new');
  change(source, 11, (entry) => with_(entry, 'title', ['Director']));
  await row('a title');
  await row('nothing new');
  source.put(newcomer(source));
  await row('a newcomer');
  await row('nothing new');
  joins(source, 3, 'u9');
  await row('joins a group of 20');
  await row('nothing new');
  joins(source, 0, `u${users - 1}`);
  await row('joins the largest group');
  await row('nothing new');
  source.remove(entryOf(source, `uid=u50,ou=people,${suffix}`).id);
  await row('a leaver with groups');
  await row('after it');
  await row('nothing new');
  await row('full', 'full');
  await stage.close();
  const peak = process.resourceUsage().maxRSS / 1024; // what follows is there beside it
  const file = await openStage(folder, Number(values.targets), (own) => own);
  const fromFile = createRow(file, rows);
  await fromFile('file: restart');
  await fromFile('file: nothing new');
  await fromFile('file: nothing new');
  await file.close();
  for (const verdict of verdicts(users, rows, peak)) console.log(verdict);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function entryOf({ entries }: MemorySource, dn: string): Entry {
  for (const entry of entries) if (entry.dn === dn) return entry;
  throw new Error(`${dn} is not there`);
}

function with_(entry: Entry, name: string, value: readonly string[]): Entry {
  return { ...entry, attributes: new Map([...entry.attributes, [name, value]]) };
}

function change(source: MemorySource, index: number, how: (entry: Entry) => Entry): void {
  source.put(how(entryOf(source, `uid=u${index},ou=people,${suffix}`)));
}

function newcomer(source: MemorySource): Entry {
  const entry = entryOf(source, `uid=u12,ou=people,${suffix}`);
  const named = ['uid', 'cn', 'displayname', 'mail', 'employeenumber'].reduce(
    (one, name) => with_(one, name, [name === 'mail' ? 'new@example.org' : 'newcomer']),
    entry,
  );
  return { ...named, id: '00000000-0000-4000-8000-ffffffffffff', dn: `uid=newcomer,ou=people,${suffix}` };
}

function joins(source: MemorySource, group: number, uid: string): void {
  const name = `${group % 5 === 0 ? 'équipe' : 'team'}-${group}`;
  const entry = entryOf(source, `cn=${name},ou=groups,${suffix}`);
  const members = (entry.attributes.get('member') ?? []).map(String);
  source.put(with_(entry, 'member', [...members, `uid=${uid},ou=people,${suffix}`]));
}

function createRow(stage: Stage, rows: Row[]): (what: string, mode?: 'incremental' | 'full') => Promise<void> {
  return async (what, mode = 'incremental') => {
    const before = stage.calls();
    const measured = await measure(() => stage.cycle(mode));
    const results = measured.result.map(
      ({ result, error }) => `${result}${error === undefined ? '' : ` (${error.message})`}`,
    );
    rows.push({ ...measured, what, calls: stage.calls() - before });
    console.log(
      `${what.padEnd(32)} ${inWords(measured).padEnd(72)} ${stage.calls() - before} calls, ${[...new Set(results)].join()}`,
    );
  };
}
