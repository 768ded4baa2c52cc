/** Servers of one directory that have series of their own, in the life of a process; the others share one. */
const mostServers = 64;

const known = new WeakMap<object, Map<string, Set<string>>>();

/**
 * The URL of a server as a label. Those of the configuration come first (`initialise`), and then what DNS names: it has to
 * lie within a configured domain, and still must not be able to make series without end.
 *
 * @param owner whose labels they are
 */
export function serverLabel(owner: object, directory: string, server: string): string {
  const directories = known.get(owner) ?? new Map<string, Set<string>>();
  known.set(owner, directories);
  const servers = directories.get(directory) ?? new Set();
  directories.set(directory, servers);
  if (servers.size < mostServers) servers.add(server);
  return servers.has(server) ? server : 'other';
}
