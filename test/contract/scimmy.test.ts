import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { startScimmy } from '../support/scimmy.ts';
import { describeScimTarget, type Body } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

describeScimTarget(
  'client before scimmy',
  async () => {
    const server = await startScimmy();
    const target = createScimTarget(targetOptions(server.url, server.token));
    return {
      target,
      async read(type, id) {
        const endpoint = type === 'user' ? 'Users' : 'Groups';
        const response = await fetch(`${server.url}/${endpoint}/${id}`, {
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
  { refusesQuotes: true },
);
