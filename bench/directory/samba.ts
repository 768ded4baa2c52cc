import { sambaSuffix, startSamba } from '../../test/support/samba.ts';
import { measurePolls } from './polls.ts';
import type { Table } from './table.ts';

const people = `OU=People,${sambaSuffix}`;
const groups = `OU=Groups,${sambaSuffix}`;

/** The gate: two values of the rootDSE say that nothing happened. */
export async function measureSamba(users: number, table: Table): Promise<void> {
  const began = performance.now();
  const samba = await startSamba({ ldif: domain(users) });
  try {
    table.add({
      what: `Samba: ${users} users loaded or restored`,
      measured: `${((performance.now() - began) / 1_000).toFixed(0)} s`,
    });
    const setup = {
      urls: [samba.url],
      bind: samba.administrator,
      users: { bases: [people] },
      groups: { bases: [groups] },
      attributes: {
        user: ['samaccountname', 'givenname', 'sn', 'displayname', 'mail', 'title', 'useraccountcontrol', 'manager'],
        group: ['cn', 'member'],
      },
    };
    await measurePolls(
      {
        server: 'Samba',
        setup,
        bound: 10,
        remove: () => samba.change(`dn: CN=u1,${people}\nchangetype: delete\n`),
        modify: () => samba.change(`dn: CN=u2,${people}\nchangetype: modify\nreplace: title\ntitle: Director\n`),
      },
      table,
    );
  } finally {
    await samba.dispose();
  }
}

function domain(users: number): string {
  const units = [people, groups].map((dn) => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`);
  const persons = Array.from(
    { length: users },
    (_, index) =>
      `dn: CN=u${index},${people}\nobjectClass: user\nsAMAccountName: u${index}\nuserAccountControl: 544\ngivenName: Ada\n` +
      `sn: Brandt ${index}\ndisplayName: Ada Brandt ${index}\nmail: u${index}@example.org\ntitle: Engineer\n\n`,
  );
  return [...units, ...persons].join('');
}
