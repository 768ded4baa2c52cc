import { ds389Suffix, startDs389 } from '../../test/support/ds389.ts';
import { askedAttributes, changeTitle, company, deletion } from './company.ts';
import { measurePolls } from './polls.ts';
import { setupFor } from './setup.ts';
import type { Table } from './table.ts';

export async function measureDs389(users: number, table: Table): Promise<void> {
  const began = performance.now();
  const server = await startDs389({
    offline: true,
    ldif: [...company({ users, groups: Math.ceil(users / 20) }, ds389Suffix)].join(''),
  });
  try {
    table.add({
      what: `389-ds: ${users} users loaded`,
      measured: `${((performance.now() - began) / 1_000).toFixed(0)} s`,
    });
    await measurePolls(
      {
        server: '389-ds',
        setup: setupFor(server, askedAttributes),
        bound: 15,
        remove: () => server.change(deletion(users - 1, ds389Suffix)),
        modify: () => server.change(changeTitle(1, 'Director', ds389Suffix)),
      },
      table,
    );
  } finally {
    await server.dispose();
  }
}
