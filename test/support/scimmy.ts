import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

/** A SCIM server that others wrote, as a peer that knows nothing of us. */
export interface ScimmyServer {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

type Body = Record<string, unknown>;
type Shelf = Map<string, Body>;
interface Shelves {
  readonly User: Shelf;
  readonly Group: Shelf;
}
interface Query {
  readonly id?: string;
  readonly filter?: { match(values: object[]): object[] };
}

/**
 * Starts scimmy behind its Express routers on 127.0.0.1. The package keeps its handlers once for the whole process;
 * each server here has resources of its own all the same, because they come with the request's context.
 */
export async function startScimmy(): Promise<ScimmyServer> {
  declareOnce();
  const shelves: Shelves = { User: new Map(), Group: new Map() };
  const token = randomUUID();
  const app = express();
  const routers = new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.headers.authorization !== `Bearer ${token}`) throw new Error('a valid bearer token is needed');
      return '';
    },
    context: () => shelves,
  });
  app.use('/scim', routers);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    token,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

let declared = false;

function declareOnce(): void {
  if (declared) return;
  declared = true;
  SCIMMY.Resources.declare(SCIMMY.Resources.User, handlers('User', 'userName'));
  SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlers('Group', 'displayName'));
}

function handlers(kind: keyof Shelves, unique: string) {
  return {
    ingress: ({ id }: Query, instance: object, shelves: Shelves): Body => {
      const shelf = shelves[kind];
      if (id !== undefined && !shelf.has(id)) throw new SCIMMY.Types.Error(404, '', `no ${kind} ${id}`);
      const body: Body = structuredClone(JSON.parse(JSON.stringify(instance)) as Body);
      for (const [other, held] of shelf) {
        if (other !== id && fold(held[unique]) === fold(body[unique])) {
          throw new SCIMMY.Types.Error(409, 'uniqueness', `there is a ${kind} with this ${unique}`);
        }
      }
      const key = id ?? randomUUID();
      const stored = { ...body, id: key };
      shelf.set(key, stored);
      return structuredClone(stored);
    },
    egress: ({ id, filter }: Query, shelves: Shelves): object | object[] => {
      if (id === undefined) {
        const all = structuredClone([...shelves[kind].values()]);
        return filter === undefined ? all : filter.match(all);
      }
      const held = shelves[kind].get(id);
      if (held === undefined) throw new SCIMMY.Types.Error(404, '', `no ${kind} ${id}`);
      return structuredClone(held);
    },
    degress: ({ id }: Query, shelves: Shelves): void => {
      if (id === undefined || !shelves[kind].delete(id))
        throw new SCIMMY.Types.Error(404, '', `no ${kind} ${String(id)}`);
    },
  };
}

function fold(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
