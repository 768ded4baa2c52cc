import type { SourceId } from '../../core/model/entry.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { MemberChunk } from '../../ports/scim-target.ts';

/** One who joins or leaves a group. */
export interface MemberStep {
  readonly id: SourceId;
  readonly joins: boolean;
}

export interface Pieces {
  /** What is sent next: a half of what was refused, or as much as the target takes at the time. Empty: nothing is left. */
  next(most: MemberChunk): readonly MemberStep[];
  /** The first half of a refused piece; the second one comes next. */
  halve(piece: readonly MemberStep[]): readonly MemberStep[];
  /** Whether a piece is a half, so that the group was looked at already. */
  readonly isHalf: boolean;
  /** Gives up what is left of the chunk that is being halved, and says whom that concerns. */
  dropHalves(): readonly MemberStep[];
  /** To be sent next, in one piece. */
  again(steps: readonly MemberStep[]): void;
  /** To be sent as well, at the end. */
  append(steps: readonly MemberStep[]): void;
}

export function createPieces(wanted: readonly MemberStep[]): Pieces {
  const steps = [...wanted];
  let halves: (readonly MemberStep[])[] = [];
  let isHalf = false;
  let at = 0;
  return {
    get isHalf() {
      return isHalf;
    },
    next(most) {
      const half = halves.pop();
      isHalf = half !== undefined;
      if (half !== undefined) return half;
      const from = at;
      // Of joins and leaves together, each takes its share: 1 − n × 1/n is not always 0.
      for (let room = 1 + 1e-9; at < steps.length; at += 1) {
        room -= 1 / (steps[at]?.joins === true ? most.add : most.remove);
        if (room < 0 && at > from) break;
      }
      return steps.slice(from, at);
    },
    halve(piece) {
      const middle = Math.ceil(piece.length / 2);
      halves.push(piece.slice(middle));
      isHalf = true;
      return piece.slice(0, middle);
    },
    dropHalves() {
      const dropped = halves.flat();
      halves = [];
      return dropped;
    },
    again: (more) => void halves.push(more),
    append(more) {
      for (const step of more) steps.push(step);
    },
  };
}

/** So many single refusals in the same words, without a success between, are not about those members. */
const alike = 3;
/** Members of one group whom the target refuses one by one in one push; whoever else is in a refused piece waits. */
export const mostSingled = 25;

/**
 * How far a refused piece is divided. A member whom the target does not take costs as many requests as a piece can be
 * halved; a group that cannot be changed would cost two for each of its members. So after a few who were refused alone
 * and alike, without anybody taken between, or after many in all, what is left of the chunk is refused with that reason.
 *
 * Calls of `changeMembers` for n members in c chunks of at most m: at most c + `mostSingled` × (2 × ⌈log₂ m⌉ + 1).
 */
export function createPatience() {
  let words: string | undefined;
  let inARow = 0;
  let singled = 0;
  return {
    /** @param ids what the target calls the members that were sent: whom the refusal names is not what it says */
    refused(failure: Failure, ids: readonly string[], isSingle: boolean): 'halve' | 'go on' | 'give up' {
      const said = wordsOf(failure, ids);
      if (!isSingle) return singled >= mostSingled || (inARow >= alike && said === words) ? 'give up' : 'halve';
      singled += 1;
      inARow = said === words ? inARow + 1 : 1;
      words = said;
      return inARow >= alike || singled >= mostSingled ? 'give up' : 'go on';
    },
    taken(): void {
      inARow = 0;
      words = undefined;
    },
  };
}

function wordsOf({ status, detail }: Failure, ids: readonly string[]): string {
  return `${status ?? ''} ${ids.reduce((text, id) => text.replaceAll(id, '*'), detail)}`;
}

/** About the credentials, what they allow, or how it has to be asked for: the same for every half. */
export function isAboutAll({ status }: Failure): boolean {
  return status === 401 || status === 403 || status === 428;
}
