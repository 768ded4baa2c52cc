/** A SCIM server in a process of its own that tells of each PATCH when it answers it. */
import { startScimServer } from '../../test/support/scim-server/server.ts';

let requests = 0;
const server = await startScimServer({
  token: 'bench',
  faults: {
    after: ({ method }, status) => {
      requests += 1;
      if (requests % 1_000 === 0) server.clearRequests(); // or it would remember a hundred thousand bodies
      if (method === 'PATCH') process.send?.({ patched: status });
    },
  },
});
process.send?.({ url: server.url });
process.on('message', (message) => {
  if (message === 'counts')
    process.send?.({
      requests,
      users: server.users().length,
      groups: server.groups().length,
      violations: server.violations.length,
    });
  if (message === 'stop') void server.stop().then(() => process.exit());
});
