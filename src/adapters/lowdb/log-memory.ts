import type { LogEntry, LoggedEntry } from '../../core/model/log-entry.ts';

/** What the state remembers of the provisioning log: how many entries there were, and those that its files may lack. */
export class LogMemory {
  /** Of the last entry. */
  #seq = 0;
  /** Since the snapshot, or since they were written, oldest first. */
  #waiting: LoggedEntry[] = [];

  get seq(): number {
    return this.#seq;
  }

  get waiting(): readonly LoggedEntry[] {
    return this.#waiting;
  }

  add(entry: LogEntry): void {
    this.#seq += 1;
    this.#waiting.push({ seq: this.#seq, ...entry });
  }

  /** Goes on after this entry. */
  continueAfter(seq: number): void {
    this.#seq = seq;
    this.#waiting = [];
  }

  /** The files have everything up to this entry. */
  written(seq: number): void {
    this.#waiting = this.#waiting.filter((one) => one.seq > seq);
  }
}
