import { SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { parseFilter } from '../../../core/directory/filter.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { MalformedMessage } from '../ber.ts';
import { toLdapFilter } from '../filter.ts';
import type { LdapMessage, LdapResult, RawAttribute } from '../message.ts';
import { timed } from '../open.ts';
import type { OpenDirectory } from '../open-directory.ts';
import { nameOfCode, quote, searchError } from '../result-code.ts';
import { SyncRequestControl, decodeSyncDone, decodeSyncIds, decodeSyncState, syncOids, type SyncDone } from './syncrepl-control.ts';

/** busy, unavailable: they say something of the moment, not of the cookie. */
const passing = [51, 52];

/** Whether there are entries beneath: OpenLDAP says TRUE or FALSE; 389 keeps their number. */
const subordinates: readonly string[] = ['hassubordinates', 'numsubordinates'];

export interface SyncSearch {
  readonly base: string;
  readonly filter: string;
  /** Without it everything is named. */
  readonly cookie: string | undefined;
}

export interface Named {
  readonly changed: Set<SourceId>;
  readonly gone: Set<SourceId>;
  /** One of those named has entries beneath it. */
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
    attributes: [...subordinates],
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
    if (message.attributes.some(hasSubordinates)) named.containers = true;
  }
}

function hasSubordinates({ description, values }: RawAttribute): boolean {
  if (!subordinates.includes(attributeName(description))) return false;
  const value = values[0]?.toString('utf8').toUpperCase();
  return value !== undefined && value !== 'FALSE' && value !== '0';
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
