import { attributeName } from '../../../core/directory/attribute.ts';
import { toSourceId } from '../../../core/directory/source-id.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import type { RawAttribute } from '../protocol/message.ts';

/**
 * The source id of an entry; undefined when the attribute is not there exactly once, or is no UUID.
 */
export function readSourceId(attributes: readonly RawAttribute[], idAttribute: string): SourceId | undefined {
  const name = idAttribute.toLowerCase();
  const [value, ...others] = attributes
    .filter((attribute) => attributeName(attribute.description) === name)
    .flatMap((attribute) => attribute.values);
  if (value === undefined || others.length > 0) return undefined;
  return toSourceId(name, value);
}
