import type { Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { ScimError, type Json } from './protocol.ts';

/** An error as this server words it (RFC 7644 §3.12 is only one of the ways). */
export function renderError(error: ScimError, { errors, protocol }: Behaviour): Answer {
  if (error.status === 409 && errors.conflict === 422)
    return { status: 422, body: { errors: [{ message: 'the name has already been taken' }] } };
  const { status, message, scimType } = error;
  if (status === 401 && errors.unauthorised === 'text') return text(status, message);
  switch (errors.shape) {
    case 'text':
      return text(status, message);
    case 'html':
      return {
        status,
        body: `<!DOCTYPE html><html><body><h1>${status}</h1></body></html>`,
        type: 'text/html; charset=utf-8',
      };
    case 'zoom':
      return { status, body: { code: status, message }, type: 'application/json' };
    case 'problem':
      return { status, body: { title: message, status, detail: message }, type: 'application/problem+json' };
    case 'scim':
      break;
  }
  if (protocol === '1.1') return { status, body: { Errors: [{ description: message, code: String(status) }] } };
  const body: Json = { schemas: error.body['schemas'] };
  if (errors.status !== 'absent') body['status'] = errors.status === 'number' ? status : String(status);
  if (scimType !== undefined && errors.scimTypes) body['scimType'] = scimType;
  body['detail'] = errors.detail === 'list' ? [message] : message;
  return { status, body: { ...body, ...errors.extra } };
}

/** The page with which a web framework answers where it has no such route. */
export function noRoute(method: string, path: string): Answer {
  return {
    status: 404,
    body: `<!DOCTYPE html>\n<html><body><pre>Cannot ${method} ${path.split('?', 1)[0] ?? ''}</pre></body></html>`,
    type: 'text/html; charset=utf-8',
  };
}

/** How somebody is said to be missing, in other words than an error of SCIM. */
export function missing(how: 'fails' | 'page', behaviour: Behaviour): Answer {
  if (how === 'fails') return renderError(new ScimError(500, 'something went wrong'), behaviour);
  return {
    status: 404,
    body: '<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>',
    type: 'text/html; charset=utf-8',
  };
}

function text(status: number, message: string): Answer {
  return { status, body: message, type: 'text/plain; charset=utf-8' };
}
