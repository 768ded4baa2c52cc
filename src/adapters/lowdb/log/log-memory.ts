import type { LogEntry, LoggedEntry } from '../../../core/model/log-entry.ts';
import type { StateChange } from '../../../ports/state-change.ts';

/** What the state remembers of the provisioning log: how many entries there were, and those that its files may lack. */
export class LogMemory {
  /** Of the last entry. */
  #seq = 0;
  /** The last entry of the state whose place this one took. */
  #others = 0;
  /** Since the snapshot, or since they were written, oldest first. */
  #waiting: LoggedEntry[] = [];

  get seq(): number {
    return this.#seq;
  }

  /** The last entry that is another state's: this one began its log after it. */
  get others(): number {
    return this.#others;
  }

  get waiting(): readonly LoggedEntry[] {
    return this.#waiting;
  }

  add(entry: LogEntry): void {
    this.#seq += 1;
    this.#waiting.push({ seq: this.#seq, ...entry });
  }

  /** Goes on after this entry. */
  continueAfter(seq: number, others = this.#others): void {
    this.#seq = seq;
    this.#others = others;
    this.#waiting = [];
  }

  head(): Extract<StateChange, { kind: 'log_head' }> {
    return { kind: 'log_head', seq: this.#seq, ...(this.#others === 0 ? {} : { others: this.#others }) };
  }

  /** The files have everything up to this entry. */
  written(seq: number): void {
    this.#waiting = this.#waiting.filter((one) => one.seq > seq);
  }
}
