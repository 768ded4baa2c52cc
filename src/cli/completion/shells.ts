/** Shells that can be taught to complete commands; the file of each is `config/completion/dir2scim.*`. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];
