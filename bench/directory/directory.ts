import { parseArgs } from 'node:util';
import { slapdSuffix, startSlapd } from '../../test/support/slapd.ts';
import { askedAttributes, changeTitle, company, deletion } from './company.ts';
import { measureDaemon } from './daemon.ts';
import { measureDs389 } from './ds389.ts';
import { measureFullRead } from './full-read.ts';
import { measurePolls } from './polls.ts';
import { measureSamba } from './samba.ts';
import { setupFor } from './setup.ts';
import { createTable } from './table.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    groups: { type: 'string', default: '5000' },
    'no-daemon': { type: 'boolean', default: false },
    ds389: { type: 'boolean', default: false },
    'ds389-users': { type: 'string', default: '100000' },
    samba: { type: 'boolean', default: false },
    'samba-users': { type: 'string', default: '5000' },
  },
});
const size = { users: Number(values.users), groups: Number(values.groups) };
const table = createTable();

process.stdout.write(`${size.users} users, ${size.groups} groups, Node ${process.version}\n`);
const began = performance.now();
const slapd = await startSlapd({
  ldif: [...company(size, slapdSuffix)].join(''),
  global: ['moduleload syncprov'],
  database: [
    'index entryUUID,entryCSN eq',
    'limits users size=unlimited time=unlimited',
    'overlay syncprov',
    'syncprov-sessionlog 10000',
  ],
});
try {
  table.add({
    what: 'OpenLDAP: loaded and started',
    measured: `${((performance.now() - began) / 1_000).toFixed(0)} s`,
  });
  const setup = setupFor(slapd, askedAttributes);
  await measureFullRead(slapd, setup, size.users + size.groups, table);
  await measurePolls(
    {
      server: 'OpenLDAP',
      setup,
      bound: 15,
      remove: () => slapd.change(deletion(size.users - 1, slapdSuffix)),
      modify: () => slapd.change(changeTitle(1, 'Director', slapdSuffix)),
    },
    table,
  );
  if (!values['no-daemon']) await measureDaemon(slapd, size.users - 1, table);
} finally {
  await slapd.dispose();
}
if (values.ds389) await measureDs389(Number(values['ds389-users']), table);
if (values.samba) await measureSamba(Number(values['samba-users']), table);
if (table.over > 0) process.exitCode = 1;
