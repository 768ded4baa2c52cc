import { parseDn } from '../../../core/directory/dn.ts';
import { parseFilter, type Filter } from '../../../core/directory/filter.ts';
import { BridgeError } from '../../../core/model/errors.ts';

export type SearchDepth = 'base' | 'one' | 'sub';

/** Where a reference points to (RFC 4516): what is undefined is as in the search that met the reference. */
export interface LdapUrl {
  readonly secure: boolean;
  /** In lower case; IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly dn: string | undefined;
  readonly depth: SearchDepth | undefined;
  readonly filter: Filter | undefined;
}

const form =
  /^(ldaps?):\/\/(\[[0-9a-f:.]+\]|[^/:?[\]@]+)(?::(\d{1,5}))?(?:\/([^?]*)(?:\?[^?]*(?:\?([^?]*)(?:\?([^?]*)(?:\?([^?]*))?)?)?)?)?$/i;

/**
 * Reads a reference. Attributes in it are passed over: which ones are wanted is for the reader to say.
 * Undefined for what must not be used: no host, no LDAP, a part that cannot be read, a critical extension (RFC 4516 §2).
 */
export function parseLdapUrl(text: string): LdapUrl | undefined {
  const [, scheme = '', host, port, path, depth, filter, extensions = ''] = form.exec(text.trim()) ?? [];
  if (host === undefined || extensions.split(',').some((extension) => extension.startsWith('!'))) return undefined;
  try {
    const dn = path === undefined || path === '' ? undefined : decodeURIComponent(path);
    const condition = filter === undefined || filter === '' ? undefined : parseFilter(decodeURIComponent(filter));
    if (dn !== undefined && parseDn(dn) === undefined) return undefined;
    if (!isDepth(depth)) return undefined;
    const secure = scheme.toLowerCase() === 'ldaps';
    const number = port === undefined ? (secure ? 636 : 389) : Number(port);
    return {
      secure,
      host: host.toLowerCase(),
      port: number,
      dn,
      depth: depth === undefined ? undefined : depths[depth],
      filter: condition,
    };
  } catch (error) {
    if (error instanceof URIError || error instanceof BridgeError) return undefined;
    throw error;
  }
}

const depths = { base: 'base', one: 'one', sub: 'sub', '': undefined } as const;

function isDepth(text: string | undefined): text is keyof typeof depths | undefined {
  return text === undefined || Object.hasOwn(depths, text);
}
