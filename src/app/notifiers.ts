/**
 * Who is told: from the configuration to webhooks. A part of app.ts.
 */
import { boundedInterim } from '../adapters/scim/shared/interim.ts';
import { openConnections } from '../adapters/scim/auth/connection.ts';
import { createWebhook, type Post } from '../adapters/webhook/webhook.ts';
import { proxyFor, tlsOf, type AccessParts } from './access.ts';
import { isLoopback } from '../config/cleartext.ts';
import type { NotifyConfiguration } from '../config/configuration.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Notifier } from '../ports/notifier.ts';

/** @param index its place in the configuration, which is its name where the address is a secret */
export function openNotifier(section: NotifyConfiguration, index: number, parts: AccessParts): Notifier {
  const { webhook, secret, format, on } = section;
  const url = typeof webhook === 'string' ? (): Promise<string> => Promise.resolve(webhook) : parts.secretOf(webhook);
  return createWebhook({
    name: typeof webhook === 'string' ? new URL(webhook).host : `notify[${index}]`,
    url,
    format,
    ...(secret === undefined ? {} : { secret: parts.secretOf(secret) }),
    conditions: new Set(on),
    post: postOver(section, parts),
    userAgent: parts.userAgent,
    clock: parts.clock,
  });
}

const timeoutMilliseconds = 10_000;

/** Notifications are rare: each has a connection of its own, and its TLS files are read for it. */
function postOver(section: NotifyConfiguration, parts: AccessParts): Post {
  return async (url, headers, body, signal) => {
    refuseCleartext(url, section);
    const proxy = proxyFor(url.href, { allowCleartext: section.allowCleartext }, parts);
    const route = { tls: tlsOf(section.tls), proxy, clock: parts.clock };
    const connections = openConnections(url.origin, route, 1, timeoutMilliseconds);
    try {
      const path = `${url.pathname}${url.search}`;
      const { statusCode, body: answer } = await connections.pool.request({
        method: 'POST',
        path,
        headers,
        body,
        ...boundedInterim(signal),
      });
      await answer.dump();
      return statusCode;
    } finally {
      await connections.close();
    }
  };
}

/** An address that is a secret is seen only now. */
function refuseCleartext(url: URL, { allowCleartext }: NotifyConfiguration): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (allowCleartext || isLoopback(url)))) return;
  throw new BridgeError(
    'D2S_CLEARTEXT_REFUSED',
    'the address of a webhook is not an https address',
    'use https://, or allowCleartext: true in this webhook',
  );
}
