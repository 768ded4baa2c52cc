import { createAuth } from '../../src/adapters/scim/auth/auth.ts';
import type { ScimTargetOptions } from '../../src/adapters/scim/http/options.ts';
import { createAnswerMemory } from '../../src/adapters/scim/shared/answer-memory.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';

/** A target as the composition root would configure it, quick to give up. It asks for no discovery unless told to. */
export function targetOptions(
  url: string,
  token: string,
  { dialect = [], ...rest }: Partial<ScimTargetOptions> = {},
): ScimTargetOptions {
  return {
    name: 'wiki',
    url,
    auth: createAuth('wiki', { bearer: () => Promise.resolve(token) }),
    tls: {},
    limits: { concurrency: 'auto' },
    dialect: [{ origin: 'profile', says: { discovery: { use: false } } }, ...dialect],
    clock: systemClock(),
    userAgent: 'dir2scim/test',
    memory: createAnswerMemory(),
    needed: () => undefined,
    onRequest: () => undefined,
    onThrottled: () => undefined,
    onFault: () => undefined,
    onWaited: () => undefined,
    ...rest,
  };
}
