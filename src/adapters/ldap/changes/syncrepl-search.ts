import { SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { MalformedMessage } from '../protocol/ber.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import type { LdapMessage, LdapResult, RawAttribute } from '../protocol/message.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { nameOfCode, quote, searchError } from '../protocol/result-code.ts';
import {
  SyncRequestControl,
  decodeSyncDone,
  decodeSyncIds,
  decodeSyncState,
  syncOids,
  type SyncDone,
} from './syncrepl-control.ts';

/** busy, unavailable: they say something of the moment, not of the cookie. */
const passing = [51, 52];

/** RFC 4519 and RFC 2247, and 389's own. Needed for 389, which sends no operational attributes with changes. */
const containerClasses = [
  'organizationalunit',
  'organization',
  'domain',
  'dcobject',
  'country',
  'locality',
  'nscontainer',
];

export interface SyncSearch {
  readonly base: string;
  readonly filter: string;
  /** Without it everything is named. */
  readonly cookie: string | undefined;
}

export interface Named {
  readonly changed: Set<SourceId>;
  readonly gone: Set<SourceId>;
  /** One of those named has entries beneath it, or may have. */
  containers: boolean;
}

export type SyncEnd = SyncDone | { readonly refused: string };

/**
 * One refresh (RFC 4533 §3.3) to its end: adds whom it names. An answer that does not end with success and a Sync Done
 * is refused, whatever it named: nobody knows what is missing from it. @throws BridgeError when the connection fails
 */
export async function searchSync(directory: OpenDirectory, search: SyncSearch, named: Named): Promise<SyncEnd> {
  const { session, options } = directory;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: search.base,
    scope: 'sub',
    derefAliases: 'never',
    filter: toLdapFilter(parseFilter(search.filter)),
    attributes: ['hasSubordinates', 'objectClass'],
    timeLimit: 0,
    sizeLimit: 0,
    controls: [new SyncRequestControl(search.cookie)],
  });
  let unreadable: string | undefined;
  const attempt = (decode: () => void): void => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      unreadable ??= error.message;
    }
  };
  const result = await timed(options, 'search', () =>
    session.request(request, (message) => {
      attempt(() => {
        note(message, named);
      });
    }),
  );
  if (passing.includes(result.code)) throw searchError(result, search.base);
  if (result.code !== 0) return { refused: `${nameOfCode(result.code)}${quote(result.diagnostic)}` };
  return unreadable === undefined ? endOf(result) : { refused: `its answer cannot be read: ${unreadable}` };
}

function note(message: Exclude<LdapMessage, LdapResult>, named: Named): void {
  if (message.kind === 'intermediate' && message.name === syncOids.info) {
    const set = decodeSyncIds(message.value);
    // Those that are said to be present are unchanged.
    if (set?.deleted === true) for (const id of set.ids) named.gone.add(id);
  } else if (message.kind === 'entry') {
    const control = message.controls.get(syncOids.state);
    if (control === undefined) throw new MalformedMessage('an entry comes without its state');
    const { id, state } = decodeSyncState(control);
    if (state === 'delete') named.gone.add(id);
    else if (state !== 'present') named.changed.add(id);
    if (isContainer(message.attributes)) named.containers = true;
  }
}

function isContainer(attributes: readonly RawAttribute[]): boolean {
  const textsOf = (name: string): string[] =>
    attributes.flatMap(({ description, values }) =>
      attributeName(description) === name ? values.map((value) => value.toString('utf8').toLowerCase()) : [],
    );
  const [subordinates] = textsOf('hassubordinates');
  if (subordinates !== undefined) return subordinates === 'true';
  return textsOf('objectclass').some((name) => containerClasses.includes(name));
}

function endOf(result: LdapResult): SyncEnd {
  const control = result.controls.get(syncOids.done);
  if (control === undefined) return { refused: 'its answer lacks the Sync Done control' };
  try {
    return decodeSyncDone(control);
  } catch (error) {
    if (error instanceof MalformedMessage) return { refused: `its Sync Done control cannot be read: ${error.message}` };
    throw error;
  }
}
