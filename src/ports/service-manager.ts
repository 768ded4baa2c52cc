/** Who started the process and wants to know how it is: systemd, by sd_notify(3). */
export interface ServiceManager {
  /** Assignments of sd_notify(3), such as `READY=1`. Never waits and never throws: nothing depends on being heard. */
  tell(...assignments: readonly string[]): void;
  /** Resolves when something could not be told, for the first time. */
  readonly unheard: Promise<Unheard>;
  /** It wants to hear of us so often, in milliseconds; undefined: it does not. */
  readonly watchdogMilliseconds: number | undefined;
}

/** `missing`: what carries the messages is not on this machine; `failed`: it could not deliver one. */
export type Unheard = 'missing' | 'failed';
