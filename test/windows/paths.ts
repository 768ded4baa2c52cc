/**
 * Preloaded into a process (`node --import`): paths are those of Windows in every module of ours that is loaded
 * afterwards, but in the one that reads the profiles which are shipped, from this disk.
 */
import { registerHooks } from 'node:module';

const isMeant = (parent: string | undefined): boolean =>
  parent?.includes('/src/') === true && !parent.endsWith('/src/config/profile.ts');

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(specifier === 'node:path' && isMeant(context.parentURL) ? 'node:path/win32' : specifier, context),
});
