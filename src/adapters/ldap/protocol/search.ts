import { PagedResultsControl, SearchRequest, type Control, type Filter } from 'ldapts';
import { BridgeError } from '../../../core/model/errors.ts';
import { emptyPages } from '../shared/bounds.ts';
import { BerCursor, MalformedMessage, berTags } from './ber.ts';
import type { SearchDepth } from './ldap-url.ts';
import type { LdapMessage, LdapResult } from './message.ts';
import { searchError } from './result-code.ts';
import type { Session } from './session.ts';

export type SearchEntry = Extract<LdapMessage, { kind: 'entry' }>;

export interface SubtreeSearch {
  readonly base: string;
  /** The whole subtree when it is not given. */
  readonly depth?: SearchDepth;
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** Entries per page; undefined where the server has no paged results: then everything comes as one answer. */
  readonly pageSize: number | undefined;
  /** Sent along with each page. */
  readonly controls?: readonly Control[];
  readonly onEntry: (entry: SearchEntry) => void | Promise<void>;
  /** The URIs of a continuation reference: returns when they lie outside of what is read, throws otherwise. */
  readonly onReference: (uris: readonly string[]) => void;
  /** When the server answers that the whole search is for another one (code 10): its URIs. Without it that is an error. */
  readonly onReferral?: (uris: readonly string[]) => void;
  /** Called after each page, when the connection is free for other requests. */
  readonly onPage: () => Promise<void>;
}

/**
 * Searches a whole subtree (RFC 2696 for the pages). Resolves only when the server ended every page with success and
 * the last one with an empty cookie: a page may well be empty and not the last one. ldapts stops at such a page.
 */
export async function searchSubtree(
  session: Session,
  search: SubtreeSearch,
  measure: (request: () => Promise<LdapResult>) => Promise<LdapResult>,
): Promise<void> {
  let cookie = Buffer.alloc(0);
  /** Pages in a row that brought nothing, or began with the entry with which the one before began. */
  let useless = 0;
  let before: string | undefined;
  do {
    let entries = 0;
    let first: string | undefined;
    const request = new SearchRequest({
      messageId: 0,
      baseDN: search.base,
      scope: search.depth ?? 'sub',
      derefAliases: 'never',
      filter: search.filter,
      attributes: [...search.attributes],
      timeLimit: 0, // ldapts would ask for 10 seconds
      sizeLimit: 0,
      controls: [
        ...(search.controls ?? []),
        ...(search.pageSize === undefined
          ? []
          : [new PagedResultsControl({ critical: true, value: { size: search.pageSize, cookie } })]),
      ],
    });
    const result = await measure(() =>
      session.request(request, (message) => {
        if (message.kind !== 'intermediate') entries += 1;
        if (message.kind === 'entry') {
          first ??= message.dn;
          return search.onEntry(message);
        }
        if (message.kind === 'reference') search.onReference(message.uris);
      }),
    );
    if (result.code === 10 && search.onReferral !== undefined) {
      search.onReferral(result.referrals);
      return;
    }
    if (result.code !== 0) throw searchError(result, search.base);
    if (search.pageSize !== undefined) cookie = readCookie(result, search.base);
    useless = entries === 0 || (first !== undefined && first === before) ? useless + 1 : 0;
    before = first;
    if (useless > emptyPages)
      throw new BridgeError(
        'D2S_DIRECTORY_READ_INCOMPLETE',
        `the server sent more than ${emptyPages} pages in a row below ${search.base} that were empty or the same`,
        'nothing was changed; report the make and version of the directory',
      );
    await search.onPage();
  } while (cookie.length > 0);
}

/** The cookie of a page. Without one in the answer nobody knows whether there is more. */
function readCookie(result: LdapResult, base: string): Buffer<ArrayBuffer> {
  const value = result.controls.get(PagedResultsControl.type);
  try {
    if (value === undefined) throw new MalformedMessage('the answer lacks the paged results control');
    const cursor = new BerCursor(value);
    cursor.enter(berTags.sequence);
    cursor.skip(); // an estimate of the whole size
    return cursor.cookie();
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new BridgeError(
      'D2S_DIRECTORY_READ_INCOMPLETE',
      `the server did not say whether a page below ${base} was the last one: ${error.message}`,
      'nothing was changed; report the make and version of the directory',
      error,
    );
  }
}
