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
    const times = server.requests.filter(({ method }) => method === 'POST').map(({ at }) => at);
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0) + latency) / 1_000;
    process.send?.({ requests, seconds, users: server.users().length, violations: server.violations.length });
    server.clearRequests();
  }
  if (message === 'stop') void server.stop().then(() => process.exit());
});
