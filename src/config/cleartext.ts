import { isIPv4 } from 'node:net';

/**
 * Whether what is sent to a URL never leaves this machine: `localhost` (RFC 6761 §6.3), 127.0.0.0/8 (RFC 1122 §3.2.1.3)
 * or ::1. Only then may a secret travel in clear text without being asked for.
 */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
