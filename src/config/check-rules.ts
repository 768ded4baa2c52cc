import { checkRule } from '../core/mapping/check-rule.ts';
import { parseScimPath } from '../core/mapping/scim-path.ts';
import type { ConfigPath } from './place.ts';
import type { Problem } from './problem.ts';
import type { AttributeMapSection } from './schema/expression.ts';

/** Whether the expressions of a map can give what their attributes hold. */
export function checkRules(path: ConfigPath, map: AttributeMapSection): Problem[] {
  return Object.entries(map).flatMap(([key, value]): Problem[] => {
    const parsed = parseScimPath(key);
    if (value === null || typeof parsed === 'string') return [];
    const isLong = 'apply' in value;
    const what = checkRule(parsed, isLong ? value.value : value);
    if (what === undefined) return [];
    return [{ path: [...path, key, ...(isLong ? ['value'] : [])], at: 'value', code: 'D2S_EXPRESSION_INVALID', what }];
  });
}
