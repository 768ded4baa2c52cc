/** A command as a person types it here. */
export type CommandLine = (...words: readonly string[]) => string;
