/**
 * From when until when (milliseconds since 1970) something that was worked out at one moment stays as it is, as long as
 * nothing but time passes. Narrowed by every instant that is asked for on the way.
 */
export class Validity {
  /** The moment for which it is worked out. */
  readonly now: number;
  #from = -Infinity;
  #until = Infinity;

  constructor(now: number) {
    this.now = now;
  }

  /** Before this moment it may have been otherwise: a clock may be set back. */
  get from(): number {
    return this.#from;
  }

  /** From this moment on it may be otherwise. */
  get until(): number {
    return this.#until;
  }

  isOver(instant: number): boolean {
    const isOver = instant <= this.now;
    if (isOver) this.#from = Math.max(this.#from, instant);
    else this.#until = Math.min(this.#until, instant);
    return isOver;
  }

  /** Narrows it to what also holds for a part. */
  include({ from, until }: Pick<Validity, 'from' | 'until'>): void {
    this.#from = Math.max(this.#from, from);
    this.#until = Math.min(this.#until, until);
  }
}

/** Whether what was worked out for another moment holds now. */
export function holdsAt(now: number, { from, until }: Pick<Validity, 'from' | 'until'>): boolean {
  return from <= now && now < until;
}
