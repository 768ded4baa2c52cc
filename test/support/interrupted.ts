import type { DirectorySource } from '../../src/ports/directory-source.ts';

/** A source in the middle of whose reading something happens, once. */
export function interrupted(
  source: DirectorySource,
  change: () => Promise<void>,
): { readonly source: DirectorySource; readonly arm: () => void } {
  let armed = false;
  return {
    arm: () => void (armed = true),
    source: {
      ...source,
      read: (request) =>
        source.read({
          ...request,
          visit: async (one) => {
            if (armed) {
              armed = false;
              await change();
            }
            await request.visit(one);
          },
        }),
    },
  };
}
