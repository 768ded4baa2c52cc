/** Where the holder of the lock listens, so that nobody else can; undefined on systems that have no such thing. */
export function lockAddress(name: string, platform: NodeJS.Platform): string | undefined {
  switch (platform) {
    case 'linux':
      return `\0dir2scim-state-${name}`; // unix(7), abstract
    case 'win32':
      return String.raw`\\.\pipe\dir2scim-state-${name}`; // nodejs.org/api/net.html, "Identifying paths for IPC connections"
    default:
      return undefined;
  }
}
