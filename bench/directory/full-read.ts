import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Slapd } from '../../test/support/slapd.ts';
import { startSource, type SourceSetup } from './source.ts';
import type { Table } from './table.ts';

/** A full reading that keeps nothing, against ldapsearch over the same entries and attributes. */
export async function measureFullRead(slapd: Slapd, setup: SourceSetup, expected: number, table: Table): Promise<void> {
  await ldapsearch(slapd, setup); // brings the database into memory, for both
  const reference = await ldapsearch(slapd, setup);
  const source = await startSource(setup);
  const answer = await source.read('full');
  await source.end();
  if (answer.entries !== expected) throw new Error(`${answer.entries} entries were read, ${expected} are there`);
  table.add({
    what: `full read of ${expected} entries: CPU`,
    measured: `${answer.cpuSeconds.toFixed(2)} s, ${answer.ownCpuSeconds.toFixed(2)} s without the start (${(answer.milliseconds / 1_000).toFixed(1)} s wall)`,
    beside: `ldapsearch ${reference.cpuSeconds.toFixed(2)} s (${reference.seconds.toFixed(1)} s)`,
    bound: { value: answer.cpuSeconds / reference.cpuSeconds, atMost: 3, unit: 'times' },
  });
  table.add({
    what: 'full read: peak of resident memory',
    measured: `${answer.peakMegabytes.toFixed(0)} MB`,
    bound: { value: answer.peakMegabytes, atMost: 150, unit: 'MB' },
  });
}

interface Cost {
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** What ldapsearch costs by the operating system's account: the shell's `times` tells it of ended children. */
async function ldapsearch({ url, suffix, reader }: Slapd, { attributes }: SourceSetup): Promise<Cost> {
  const names = new Set(['entryUUID', ...attributes.user, ...attributes.group]);
  const args = [
    '-x',
    '-LLL',
    '-H',
    url,
    '-D',
    reader.dn,
    '-w',
    reader.password,
    '-E',
    'pr=1000/noprompt',
    '-b',
    suffix,
  ];
  const filter = '(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))';
  const began = performance.now();
  const shell = spawn('/bin/sh', ['-c', 'ldapsearch "$@" >/dev/null || exit; times', 'sh', ...args, filter, ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(shell, 'close')) as [number | null];
  if (code !== 0) throw new Error(`ldapsearch ended with ${String(code)}`);
  const seconds = (performance.now() - began) / 1_000;
  // Two lines, user and system time each: of the shell, and of its children.
  const children = output.trim().split('\n').at(-1) ?? '';
  const cpuSeconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
  return { cpuSeconds, seconds };
}
