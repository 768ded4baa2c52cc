/**
 * While it is held, the machine's own clock shows one moment. Answers are worked on in slices of it (`http/turns.ts`), so that
 * what overtakes what would depend on how busy the machine is; a seed is to give one world. Everything else in a world goes by
 * a clock of its own.
 *
 * @returns what lets it go on
 */
export function holdMachineClock(): () => void {
  const moment = performance.now();
  Object.defineProperty(performance, 'now', { value: () => moment, configurable: true });
  return () => {
    Reflect.deleteProperty(performance, 'now');
  };
}
