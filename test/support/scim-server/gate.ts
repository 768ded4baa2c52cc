import type { Behaviour } from './behaviour.ts';
import type { ScimRequestRecord } from './faults.ts';
import { refusal, ScimError, violation } from './protocol.ts';

/** What is wrong with a request whatever it asks for (RFC 7644 §3.1, §3.8). */
export function problemWith(
  { method, headers, body }: ScimRequestRecord,
  url: URL,
  bytes: number,
  { http }: Behaviour,
): ScimError | undefined {
  const { basePath, accepts, requiredHeaders, maxBodyBytes } = http;
  if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`))
    return new ScimError(404, 'not under the base URL', undefined, true);
  const missing = requiredHeaders.find((name) => headers[name] === undefined);
  if (missing !== undefined) return refusal(403, `${missing} is needed`);
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
  if (!hasBody) return bytes === 0 ? undefined : violation(`a body with ${method}`, 'invalidSyntax');
  if (bytes > maxBodyBytes) return refusal(413, 'the body is too large');
  const type = headers['content-type']?.split(';')[0]?.trim();
  if (type !== 'application/scim+json' && type !== 'application/json')
    return violation('the media type is not SCIM', 'invalidSyntax');
  if (!accepts.includes(type)) return refusal(415, `${type} is not taken`);
  return body === undefined ? violation('the body is not a JSON object', 'invalidSyntax') : undefined;
}
