// scimmy behind its routers on Express 5, where they lose `startIndex` and `count` (they rewrite `req.query`, which
// Express 5 parses anew each time). Resources in memory. Writes one line of JSON when it listens: `{ url, token }`.
// Ends with its standard input.
import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

const token = randomUUID();
const fold = (value) => (typeof value === 'string' ? value.toLowerCase() : value);

function declare(Resource, kind, unique) {
  const shelf = new Map();
  const there = (id) => {
    if (!shelf.has(id)) throw new SCIMMY.Types.Error(404, '', `no ${kind} ${id}`);
    return structuredClone(shelf.get(id));
  };
  SCIMMY.Resources.declare(Resource, {
    ingress({ id }, instance) {
      if (id !== undefined) there(id);
      const body = JSON.parse(JSON.stringify(instance));
      for (const [other, held] of shelf) {
        if (other !== id && fold(held[unique]) === fold(body[unique]))
          throw new SCIMMY.Types.Error(409, 'uniqueness', `there is a ${kind} with this ${unique}`);
      }
      const key = id ?? randomUUID();
      shelf.set(key, { ...body, id: key });
      return there(key);
    },
    egress({ id, filter }) {
      if (id !== undefined) return there(id);
      const all = structuredClone([...shelf.values()]);
      return filter === undefined ? all : filter.match(all);
    },
    degress({ id }) {
      there(id);
      shelf.delete(id);
    },
  });
}

declare(SCIMMY.Resources.User, 'User', 'userName');
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
declare(SCIMMY.Resources.Group, 'Group', 'displayName');

const app = express();
app.use(
  '/scim',
  new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.headers.authorization !== `Bearer ${token}`) throw new Error('a valid bearer token is needed');
      return '';
    },
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/scim`, token })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
