import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { Exchange } from '../message.ts';

/** Puts the target's headers, media type and slashes to every request, so that nothing above has to think of them. */
export function inWireForm(exchange: Exchange, dialect: () => Dialect): Exchange {
  return (request, signal) => {
    const { headers, protocol, trailingSlash, ...rest } = dialect();
    const mediaType = protocol === '1.1' ? 'application/json' : rest.mediaType; // nothing else was known then
    return exchange(
      {
        ...request,
        path: trailingSlash ? withSlash(request.path) : request.path,
        headers: { ...lowered(headers), ...mediaHeaders(mediaType, request.body !== undefined), ...request.headers },
      },
      signal,
    );
  };
}

/** `/Users?count=1` → `/Users/?count=1` */
function withSlash(path: string): string {
  const query = path.indexOf('?');
  const [resource, rest] = query === -1 ? [path, ''] : [path.slice(0, query), path.slice(query)];
  return resource.endsWith('/') ? path : `${resource}/${rest}`;
}

/** Answers of the other type are understood too, and some targets answer nothing else (RFC 7644 §3.8). */
function mediaHeaders(mediaType: Dialect['mediaType'], hasBody: boolean): Record<string, string> {
  const other = mediaType === 'application/json' ? 'application/scim+json' : 'application/json';
  return { accept: `${mediaType}, ${other};q=0.9`, ...(hasBody ? { 'content-type': mediaType } : {}) };
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
