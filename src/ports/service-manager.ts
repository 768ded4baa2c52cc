/** Who started the process and wants to know how it is: systemd, by sd_notify(3). */
export interface ServiceManager {
  /** Assignments of sd_notify(3), such as `READY=1`. Never waits and never throws: nothing depends on being heard. */
  tell(...assignments: readonly string[]): void;
  /** It wants to hear of us so often, in milliseconds; undefined: it does not. */
  readonly watchdogMilliseconds: number | undefined;
}
