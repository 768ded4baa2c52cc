import { parseScimPath } from '../core/mapping/scim-path.ts';
import type { MapChange } from './configuration.ts';
import { placeText, type ConfigPath } from './place.ts';
import type { AttributeMapSection } from './schema/expression.ts';
import type { YamlText } from './yaml-text.ts';

/** The lines of a `map` section that was found good, each with its place in the file. */
export function mapChanges(path: ConfigPath, map: AttributeMapSection, text: YamlText): MapChange[] {
  return Object.entries(map).flatMap(([key, value]): MapChange[] => {
    const parsed = parseScimPath(key);
    if (typeof parsed === 'string') return [];
    const place = placeText(text.file, text.locate([...path, key], 'key'));
    if (value === null) return [{ path: parsed, rule: null, place }];
    const rule =
      'apply' in value
        ? { expression: value.value, apply: value.apply }
        : { expression: value, apply: 'always' as const };
    return [{ path: parsed, rule, place }];
  });
}
