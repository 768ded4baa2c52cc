import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';

/** Something that was made for a trial. */
export interface Creation {
  readonly type: ResourceType;
  /** Its userName or displayName. */
  readonly name: string;
  readonly id: TargetId;
}

/**
 * What was made and has to go again. Written down before anything is sent, so that nothing is forgotten. Many targets
 * number users and groups apart: a user and a group may have the same id.
 */
export interface Creations {
  /** A create is about to be sent. */
  begin(type: ResourceType, name: string): void;
  /** It made nothing. */
  refuse(type: ResourceType, name: string): void;
  made(creation: Creation): void;
  gone(type: ResourceType, id: TargetId): void;
  /** What is there, as far as is known: groups first, since members may not be deletable. */
  present(): readonly Creation[];
  /** All that was ever made. */
  ever(): readonly Creation[];
  /** Creates that nobody knows the outcome of. */
  open(): readonly Omit<Creation, 'id'>[];
}

export function createCreations(): Creations {
  const made = new Map<string, Creation>();
  const gone = new Set<string>();
  const open = new Map<string, Omit<Creation, 'id'>>();
  const key = (type: ResourceType, text: string): string => `${type} ${text}`;
  return {
    begin: (type, name) => void open.set(key(type, name), { type, name }),
    refuse: (type, name) => void open.delete(key(type, name)),
    made(creation) {
      open.delete(key(creation.type, creation.name));
      made.set(key(creation.type, creation.id), creation);
      gone.delete(key(creation.type, creation.id));
    },
    gone: (type, id) => void gone.add(key(type, id)),
    present: () =>
      [...made.values()]
        .filter(({ type, id }) => !gone.has(key(type, id)))
        .sort((a, b) => Number(a.type === 'user') - Number(b.type === 'user')),
    ever: () => [...made.values()],
    open: () => [...open.values()],
  };
}
