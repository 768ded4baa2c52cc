import type { ComparedNotes } from '../../src/ports/compared-notes.ts';

/** Notes of comparisons, in memory: of each target its lines. */
export function memoryNotes(): ComparedNotes & { readonly lines: Map<string, string[]> } {
  const lines = new Map<string, string[]>();
  return {
    lines,
    read: (target) => Promise.resolve(lines.get(target) ?? []),
    append: (target, line) => {
      lines.set(target, [...(lines.get(target) ?? []), line]);
      return Promise.resolve();
    },
    clear: (target) => {
      lines.delete(target);
      return Promise.resolve();
    },
  };
}
