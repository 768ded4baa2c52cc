export interface FilterBehaviour {
  /** Attributes that are searched with `eq`; `any` for all. Others get `unsupported`. */
  readonly users: 'any' | readonly string[];
  readonly groups: 'any' | readonly string[];
  /** False: one condition only (GitHub EMU, Atlassian, New Relic). */
  readonly and: boolean;
  readonly or: boolean;
  /** `empty`: 200 without a row (Snowflake before BCR-2276). `fails`: 500 (Polis). `ignored`: everybody (Metatavu). */
  readonly unsupported: 'refused' | 'empty' | 'fails' | 'ignored';
  /** True: every filter is ignored. */
  readonly ignored: boolean;
  /** Characters (Zitadel 1000, Keycloak 2048). */
  readonly maxLength: number;
  /** False: `userName eq` compares exactly (scimmy, scimgateway, Polis). */
  readonly ignoresCase: boolean;
  /** What an empty result is answered with; Okta takes 404 as well, so that some servers answer it. */
  readonly emptyStatus: 200 | 404;
  /** `needed`: a look-up without startIndex and count is refused (servers built for what Okta sends). */
  readonly window: 'any' | 'needed';
  /** True: a row comes once more for each further element that there is to join it with. */
  readonly repeats: boolean;
}

export interface ListBehaviour {
  /**
   * `index`: startIndex and count. `cursor`: RFC 9865 whoever asks. `both`: by index, by cursor when `cursor` is in the
   * query (AWS). `count-only`: no startIndex, always from the first (Univention). `ignored`: always the first page
   * (scimmy on Express 5). `wraps`: past the end from the start again (scimmy). `everything`: all on one page (Google).
   */
  readonly paging: 'index' | 'cursor' | 'both' | 'count-only' | 'ignored' | 'wraps' | 'everything';
  /** Rows without `count`. */
  readonly defaultPage: number;
  /** Most rows on a page, whatever is asked for. */
  readonly maxPage: number;
  /** So many cursors turn out to be expired when they are used (RFC 9865: expiredCursor). */
  readonly expiredCursors: number;
  /** `page`: as many as there are on the page (WSO2, scim2-server). `absent`: not told. */
  readonly total: 'right' | 'page' | 'absent';
  /**
   * Lists without a filter: 400, nothing, one synthetic row (Snowflake before BCR-2276), 500 because of one bad record, or
   * with one row that has no id.
   */
  readonly unfiltered: 'shown' | 'refused' | 'empty' | 'synthetic' | 'fails' | 'without-id';
  /** False: `startIndex` in a list of groups is answered with 501 (WSO2). */
  readonly groupIndex: boolean;
  /** False: no startIndex and itemsPerPage in answers (New Relic). */
  readonly position: boolean;
  /** Numbers of answers as texts. */
  readonly numbers: 'number' | 'text';
  /** Whether `attributes` and `excludedAttributes` do anything. */
  readonly projection: boolean;
  /** A new resource is missing from so many of the lists that are asked for after it was created. */
  readonly lag: number;
}
