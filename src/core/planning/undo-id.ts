const prefix = 'undo-';

/** The id under which what an undo gave back is held. */
export function undoId(cycle: string): string {
  return `${prefix}${cycle}`;
}

export function isUndo({ holdId }: { readonly holdId: string }): boolean {
  return holdId.startsWith(prefix);
}

/** The cycle that an undo takes back. */
export function undoneCycle(holdId: string): string {
  return holdId.slice(prefix.length);
}
