/** Where a secret lies: the secret itself is never asked for. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

/** How requests to the target authenticate. */
export type StarterAuth =
  | { readonly kind: 'bearer'; readonly secret: SecretPlace }
  | { readonly kind: 'basic'; readonly username: string; readonly secret: SecretPlace }
  | {
      readonly kind: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly scope?: string | undefined;
      readonly secret: SecretPlace;
    }
  | { readonly kind: 'headers'; readonly header: string; readonly secret: SecretPlace };

/** The value of `auth` of a target, in YAML. */
export function authText(auth: StarterAuth): string {
  const secret = secretText(auth.secret);
  switch (auth.kind) {
    case 'bearer':
      return `{ bearer: ${secret} }  # or basic, oauth2, headers`;
    case 'basic':
      return `{ basic: { username: ${quoted(auth.username)}, password: ${secret} } }`;
    case 'headers':
      return `{ headers: { ${quoted(auth.header)}: ${secret} } }`;
    case 'oauth2': {
      const { tokenUrl, clientId, scope } = auth;
      const wanted = scope === undefined ? '' : `, scope: ${quoted(scope)}`;
      return `{ oauth2: { tokenUrl: ${quoted(tokenUrl)}, clientId: ${quoted(clientId)}, clientSecret: ${secret}${wanted} } }`;
    }
  }
}

export function secretText(place: SecretPlace): string {
  return 'file' in place ? `{ file: ${quoted(place.file)} }` : `{ env: ${place.env} }`;
}

/** A text of YAML 1.2 in double quotes: whatever JSON writes is one. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
