import * as z from 'zod';
import { flawed } from './flaw.ts';
import { headerName } from './header.ts';
import { choice, flag, forms, secret, text } from './values.ts';

/** In HTTP Basic, what stands before the first colon is the name (RFC 7617 §2). */
const userName = text.superRefine((name, context) => {
  if (name.includes(':'))
    flawed(context, {
      what: 'a user name of HTTP Basic cannot have a colon',
      fix: 'the password goes under `password`; otherwise ask for an account with another name',
    });
});

/** How a target is reached, and who we are there. */
export const authSection = z.strictObject({
  bearer: z.exactOptional(secret).describe('A token: `{ file }` or `{ env }`.'),
  oauth2: z
    .exactOptional(
      z.strictObject({
        tokenUrl: text.describe('Address that gives tokens.'),
        clientId: text.describe('Name of this client there.'),
        clientSecret: secret.describe('Its secret: `{ file }` or `{ env }`.'),
        scope: z.exactOptional(text).describe('What the token is to be good for; several, with spaces between.'),
        method: choice(['basic', 'post'])
          .default('basic')
          .describe(
            'How id and secret are sent: `basic` in a header, `post` in the body, for servers that want it so.',
          ),
        parameters: z
          .record(z.string().min(1), text)
          .default({})
          .describe(
            'Further parameters of the request for a token, by name, such as `audience`, `resource` or another `grant_type`. No secrets.',
          ),
      }),
    )
    .describe('Tokens that dir2scim gets for itself: OAuth 2.0 client credentials (RFC 6749 section 4.4).'),
  basic: z
    .exactOptional(
      z.strictObject({
        username: userName.describe('User name.'),
        password: secret.describe('Password: `{ file }` or `{ env }`.'),
      }),
    )
    .describe('User name and password (RFC 7617).'),
  headers: z
    .exactOptional(z.record(headerName, secret))
    .describe('Headers by name, each with a secret: `{ file }` or `{ env }`.'),
});

export const targetTls = z
  .strictObject({
    ca: z
      .exactOptional(text)
      .describe('File with PEM certificates to trust besides the usual ones; relative to the configuration file.'),
    onlyCa: flag
      .default(false)
      .describe(
        'Trust nobody but the certificates in `ca`: neither those that come with Node nor those of the system.',
      ),
    cert: z
      .exactOptional(text)
      .describe(
        'File with the PEM certificate that dir2scim shows of itself (mutual TLS), intermediate ones after it.',
      ),
    key: z.exactOptional(text).describe('File with the private key of `cert`, in PEM form, without a passphrase.'),
    serverName: z
      .exactOptional(text)
      .describe('Name that the certificate of the server must carry, in place of the host in the URL.'),
  })
  .prefault({})
  .describe('How the server is recognised, and how it recognises us.');

const proxyForm = 'an address like http://proxy.example:3128, or { url, username, password }';

export const proxySection = z
  .union([
    text,
    z.strictObject({
      url: text.describe('Address of the proxy: `http://` or `https://`, without a login.'),
      username: userName.describe('User name at the proxy.'),
      password: secret.describe('Password at the proxy: `{ file }` or `{ env }`.'),
    }),
  ])
  .register(forms, { form: proxyForm, quotable: true });
