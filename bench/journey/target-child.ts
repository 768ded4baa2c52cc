/**
 * The SCIM server in a process of its own, so that its work is not counted as ours. Speaks over IPC. Answers after as
 * many milliseconds as its first argument says.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startScimServer } from '../../test/support/scim-server/server.ts';

const latency = Number(process.argv[2] ?? 0);
const server = await startScimServer({ token: 'bench', faults: latency === 0 ? {} : { after: () => delay(latency) } });
process.send?.({ url: server.url });
process.on('message', (message) => {
  if (message === 'requests') {
    const requests = server.requests.map(({ method, path, body }) => ({ method, path, body }));
    process.send?.({ requests, users: server.users().length, violations: server.violations.length });
    server.clearRequests();
  }
  if (message === 'stop') void server.stop().then(() => process.exit());
});
