import { parseAddress } from './connection.ts';

/** Microsoft: the ports of the global catalog, which has a part of the attributes and of the memberships only. */
const catalogPorts = [3268, 3269];

/** What a person should know of the port of a server (a URL): nothing, mostly. */
export function describePort(server: string): string[] {
  const { port } = parseAddress(server);
  if (!catalogPorts.includes(port)) return [];
  return [
    `urls: port ${port} is the global catalog, which lacks most attributes and the members of most groups: use 389 or 636`,
  ];
}
