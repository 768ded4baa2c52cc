import type { askedAttributes } from './company.ts';
import type { SourceSetup } from './source.ts';

interface Server {
  readonly url: string;
  readonly suffix: string;
  readonly reader: { readonly dn: string; readonly password: string };
}

export function setupFor({ url, suffix, reader }: Server, { user, group }: typeof askedAttributes): SourceSetup {
  return {
    urls: [url],
    bind: reader,
    users: { bases: [`ou=people,${suffix}`] },
    groups: { bases: [`ou=groups,${suffix}`] },
    attributes: { user: [...user], group: [...group] },
  };
}
