import type { LearnableSetting } from '../../../core/dialect/lesson.ts';
import type { DialectBook } from './dialect-book.ts';

/** Whether a person said so: then nothing else is tried. */
export function isConfigured(book: DialectBook, setting: LearnableSetting): boolean {
  return book.settings().some(({ name, origin }) => name === setting && origin === 'config');
}
