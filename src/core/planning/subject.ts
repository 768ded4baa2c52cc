import type { ResourceType, SourceId } from '../model/entry.ts';

/** Whom an operation concerns. A link has no label: its source id stands in. */
export interface Who {
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly label?: string;
}

/** The part that all operations have in common. */
export function subject(who: Who, reason: string, stage: number) {
  const { type, sourceId, directory, label = sourceId } = who;
  return { type, sourceId, directory, label, reason, stage };
}
