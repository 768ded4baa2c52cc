/**
 * The SCIM server on its own, for trying things by hand:
 * `node test/support/scim-server/main.ts --like aws-identity-center --port 8080`. Prints its URL, then each request.
 */
import { parseArgs } from 'node:util';
import { isVendorName, startScimServer, vendors } from './index.ts';

const { values } = parseArgs({
  options: {
    like: { type: 'string', default: 'rfc7644' },
    port: { type: 'string', default: '0' },
    token: { type: 'string' },
    quiet: { type: 'boolean' },
  },
});
const { like, token } = values;
const port = Number(values.port);
if (!isVendorName(like) || !Number.isInteger(port)) {
  console.error('main.ts [--like NAME] [--port N] [--token TEXT] [--quiet]');
  console.error(`NAME: ${Object.keys(vendors).join(', ')}`);
  process.exit(2);
}
const server = await startScimServer({
  port,
  behaviour: vendors[like],
  ...(token === undefined ? {} : { token }),
  faults: {
    after: ({ method, path }, status) => {
      if (values.quiet !== true) console.log(`${method} ${path} ${status}`);
    },
  },
});
console.log(server.url);
const stop = (): void => void server.stop();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
