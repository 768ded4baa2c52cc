import { neededOfBody, weightOf, type NeededAttributes } from '../../../core/mapping/needed-of-body.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';

/** A resource as it is kept: what nobody looks at is left out, and what is left is weighed. */
export type Keep = (type: ResourceType, found: FoundResource) => FoundResource;

/** @param needed undefined while nobody knows what is looked at: then all of it is kept */
export function createKeep(needed: (type: ResourceType) => NeededAttributes | undefined): Keep {
  return (type, found) => {
    const attributes = needed(type);
    const body = attributes === undefined ? found.body : neededOfBody(found.body, attributes);
    return { ...found, body, size: weightOf(body) };
  };
}
