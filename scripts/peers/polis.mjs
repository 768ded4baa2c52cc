// Polis (SAML Jackson) as a SCIM server of its own: its library answers requests, and this is the HTTP before it, as in
// its own pages/api/scim. Writes one line of JSON when it listens: `{ url, token }`. Ends with its standard input.
import { createServer } from 'node:http';
import jackson from '@boxyhq/saml-jackson';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const controllers = await jackson.default({
  externalUrl: 'http://127.0.0.1',
  samlAudience: 'https://peer.example',
  samlPath: '/saml',
  scimPath: '/scim',
  noAnalytics: true,
  logger: quiet,
  db: { engine: 'mem', ttl: 3600 },
});
const { directories, requests } = controllers.directorySyncController;
const { data: directory, error } = await directories.create({
  name: 'peer',
  tenant: 'peer',
  product: 'tests',
  type: 'generic-scim-v2',
});
if (error !== null) throw new Error(error.message);
const { secret } = directory.scim;

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on(
    'end',
    () =>
      void answer(request, Buffer.concat(chunks).toString()).then(({ status, data }) => {
        response
          .writeHead(status, { 'content-type': 'application/scim+json' })
          .end(data === undefined ? undefined : JSON.stringify(data));
      }),
  );
});

async function answer(request, body) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const [, , id, resourceType = '', resourceId] = url.pathname.split('/').map(decodeURIComponent);
  if (request.headers.authorization !== `Bearer ${secret}`) return { status: 401, data: { message: 'Unauthorized' } };
  try {
    return await requests.handle({
      method: request.method,
      directoryId: id,
      resourceType,
      resourceId,
      apiSecret: secret,
      body: body === '' ? undefined : JSON.parse(body),
      query: {
        count: Number(url.searchParams.get('count') ?? 10),
        startIndex: Number(url.searchParams.get('startIndex') ?? 1),
        filter: url.searchParams.get('filter') ?? undefined,
      },
    });
  } catch (thrown) {
    return { status: 500, data: { message: String(thrown) } };
  }
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/scim/${directory.id}`, token: secret })}\n`,
  );
});
process.stdin.resume().on('end', () => process.exit(0));
