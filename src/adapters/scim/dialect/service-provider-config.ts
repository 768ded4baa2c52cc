import type { PartialDialect } from '../../../core/dialect/layers.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { Body } from '../shared/message.ts';

/**
 * What a ServiceProviderConfig (RFC 7643 §5, RFC 9865 §2.4) says about a dialect. Only what can be acted upon: that
 * filters are not supported is found out by asking, because targets under-report them (Slack), and bulk requests are
 * nothing that a target decides about.
 */
export function advertisedDialect(config: Body): PartialDialect {
  const update = supports(config, 'patch') === false ? { update: 'put' as const } : undefined;
  const etag = supports(config, 'etag');
  const list = { ...pagingOf(config), ...pageSizeOf(config) };
  const bulk = supports(config, 'bulk') === true ? bulkLimits(config) : {};
  return {
    ...(update === undefined ? {} : { users: update, groups: update }),
    ...(etag === undefined ? {} : { etag: etag ? ('on' as const) : ('off' as const) }),
    ...(Object.keys(list).length === 0 ? {} : { list }),
    ...(Object.keys(bulk).length === 0 ? {} : { bulk }),
  };
}

/** Undefined where the document does not say. Some write booleans as text. */
export function supports(config: Body | undefined, feature: 'patch' | 'filter' | 'etag' | 'bulk'): boolean | undefined {
  return config === undefined ? undefined : flagAt(config, `${feature}.supported`);
}

/** Whoever pages by index too, and does so unless asked otherwise, is left at it: it needs no place kept. */
function pagingOf(config: Body): { readonly paging?: 'cursor' | 'index' } {
  const cursor = flagAt(config, 'pagination.cursor');
  if (cursor === false) return { paging: 'index' };
  const byDefault = readScimPath(config, scimPath('pagination.defaultPaginationMethod'));
  return cursor === true && (flagAt(config, 'pagination.index') === false || byDefault === 'cursor')
    ? { paging: 'cursor' }
    : {};
}

/** A limit above what is asked for anyway is no reason to ask for more. */
function pageSizeOf(config: Body): { readonly pageSize?: number } {
  const limits = ['filter.maxResults', 'pagination.maxPageSize'].flatMap((path) => countAt(config, path) ?? []);
  const least = limits.reduce((one, other) => Math.min(one, other), Infinity);
  return least < rfc7644.list.pageSize ? { pageSize: least } : {};
}

function bulkLimits(config: Body): { readonly maxOperations?: number; readonly maxBytes?: number } {
  const maxOperations = countAt(config, 'bulk.maxOperations');
  const maxBytes = countAt(config, 'bulk.maxPayloadSize');
  return { ...(maxOperations === undefined ? {} : { maxOperations }), ...(maxBytes === undefined ? {} : { maxBytes }) };
}

function flagAt(config: Body, path: string): boolean | undefined {
  const value = readScimPath(config, scimPath(path));
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return typeof value === 'boolean' ? value : undefined;
}

/** A whole number above 0. */
function countAt(config: Body, path: string): number | undefined {
  const value = readScimPath(config, scimPath(path));
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
