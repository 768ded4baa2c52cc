/**
 * Preloaded into a command (`node --import`): SIGHUP comes when the first package is being loaded, which is before
 * anything of the command has begun.
 */
import { registerHooks } from 'node:module';

let sent = false;
registerHooks({
  load(url, context, nextLoad) {
    if (!sent && url.includes('/node_modules/')) {
      sent = true;
      process.kill(process.pid, 'SIGHUP');
    }
    return nextLoad(url, context);
  },
});
