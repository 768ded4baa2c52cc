import { attributeName } from '../../../core/directory/attribute.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import { matchesFilter } from '../../../core/directory/match-filter.ts';
import type { AttributeValue } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';

type Attributes = ReadonlyMap<string, readonly AttributeValue[]>;

/**
 * Whether an entry satisfies a filter, judged from what is shown of it. Undefined (RFC 4511 §4.5.1.7) where that depends
 * on an attribute that is not shown: it may have no value, or it may be hidden.
 */
export function judgeFilter(filter: Filter, attributes: Attributes): boolean | undefined {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.filters.map((part) => judgeFilter(part, attributes));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const parts = filter.filters.map((part) => judgeFilter(part, attributes));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const holds = judgeFilter(filter.filter, attributes);
      return holds === undefined ? undefined : !holds;
    }
    default:
      return judgeItem(filter, attributes);
  }
}

function judgeItem(
  filter: Exclude<Filter, { kind: 'and' | 'or' | 'not' }>,
  attributes: Attributes,
): boolean | undefined {
  if (filter.attribute === undefined || !attributes.has(attributeName(filter.attribute))) return undefined;
  try {
    return matchesFilter(filter, attributes);
  } catch (error) {
    if (error instanceof BridgeError) return undefined; // a matching rule that only the server knows
    throw error;
  }
}
