import type { InFlight } from '../telemetry/in-flight.ts';
import type { Terminal } from './terminal.ts';

/** After these seconds without an answer a line says so; then every 30. */
const firstSeconds = [3, 10, 30];

/**
 * Says on standard error for whom a command waits, when a directory or target takes long to answer.
 *
 * @returns how to end it
 */
export function noteWaiting(terminal: Pick<Terminal, 'note'>, { awaited }: Pick<InFlight, 'awaited'>): () => void {
  const told = new Map<string, number>();
  const look = (): void => {
    const now = new Map(awaited().map(({ name, milliseconds }) => [name, Math.floor(milliseconds / 1_000)]));
    for (const [name, seconds] of told) if ((now.get(name) ?? 0) < seconds) told.delete(name);
    for (const [name, seconds] of now) {
      if (seconds < nextAfter(told.get(name) ?? 0)) continue;
      told.set(name, seconds);
      terminal.note(`  waiting for ${name}: no answer for ${seconds} s`);
    }
  };
  const timer = setInterval(look, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function nextAfter(seconds: number): number {
  return firstSeconds.find((one) => one > seconds) ?? seconds + 30;
}
