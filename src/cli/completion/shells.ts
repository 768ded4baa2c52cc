/** Shells that can be taught to complete commands; each has a file in `config/completion/`. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];
