import { userInfo } from 'node:os';
import type { Decider } from '../ports/decisions.ts';

/** Who types the commands: the user of this shell, as the system knows them. */
export function shellUser(): Decider {
  return { via: 'shell', user: nameOf() };
}

/** In a container a user may have a number alone. */
function nameOf(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
