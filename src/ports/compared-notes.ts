/**
 * Notes beside the state of what a comparison with a target has found equal so far, so that one that is cut short goes on.
 * They are no part of the state: whoever loses them compares anew. So nothing here ever fails: what cannot be read is not
 * there, and what cannot be written is not noted. Lines that are torn, or written by two at once, are the reader's to tell.
 */
export interface ComparedNotes {
  /** The lines that were noted of this target, oldest first. */
  read(target: string): Promise<readonly string[]>;
  /** Adds a line, without a line break in it. Past `mostNotedBytes` nothing is added. */
  append(target: string, line: string): Promise<void>;
  /** Forgets everything that was noted of this target. */
  clear(target: string): Promise<void>;
}

/** Notes of some two million look-ups. */
export const mostNotedBytes = 64 * 1024 * 1024;
