import type { ListenAddress } from './configuration.ts';

/** Reads `host:port` or `[IPv6]:port`; a sentence about what is wrong otherwise. */
export function parseListenAddress(text: string): ListenAddress | string {
  const {
    six,
    host = six,
    port,
  } = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[^\s:[\]/]+)):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (host === undefined || port === undefined)
    return `"${text}" is not an address; write host:port, like 127.0.0.1:9464 or [::1]:9464`;
  if (Number(port) > 65_535) return `"${text}" has a port above 65535`;
  return { host, port: Number(port) };
}
