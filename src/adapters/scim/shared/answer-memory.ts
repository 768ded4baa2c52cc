import { createShares, type Shares } from '../../../core/memory/shares.ts';
import { createAnswerPlaces, type AnswerPlaces } from './answer-places.ts';
import { listBytes } from './bounds.ts';

/** The memory that the answers of all targets of a process may take. */
export interface AnswerMemory {
  /** For answers that are longer than usual. */
  readonly places: AnswerPlaces;
  /** For the pages of lists that are being read, in bytes. */
  readonly lists: Shares;
}

export function createAnswerMemory(): AnswerMemory {
  return { places: createAnswerPlaces(), lists: createShares(listBytes) };
}
