import * as z from 'zod';
import { flawed } from './flaw.ts';

/** Those that the client writes itself: two of them would be a broken request. */
const ownHeaders = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'user-agent',
]);

/** The name of a header that may be sent besides those of the client. */
export const headerName = z.string().superRefine((name, context) => {
  // RFC 9110 §5.6.2 `token`
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) flawed(context, { what: `"${name}" is not the name of a header` });
  else if (ownHeaders.has(name.toLowerCase()))
    flawed(context, { what: `the header ${name} is set by dir2scim`, fix: 'leave it out' });
});
