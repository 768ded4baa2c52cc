import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { startPeer } from '../support/peer.ts';
import { describeScimTarget, type Body } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

describeScimTarget(
  'client before scimmy on Express 5',
  async () => {
    const server = await startPeer('scimmy-express5');
    const target = createScimTarget(targetOptions(server.url, server.token));
    return {
      target,
      async read(type, id) {
        const response = await fetch(`${server.url}/${type === 'user' ? 'Users' : 'Groups'}/${id}`, {
          headers: { authorization: `Bearer ${server.token}` },
        });
        const body = (await response.json()) as Body;
        return response.status === 404 ? undefined : body;
      },
      async stop() {
        await target.close();
        await server.stop();
      },
    };
  },
  { refusesQuotes: true, ignoresPaging: true },
);
