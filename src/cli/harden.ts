/**
 * Two things that Node has and that nobody may use against this process, whatever way it was started: this file is
 * imported before any other.
 *
 * - SIGUSR1 opens the debugger on a port, and whoever reaches it runs code in here (nodejs.org/api/process.html, "Signal
 *   events"). With a listener of our own the signal does nothing. The image does the same from the first moment on
 *   (`--disable-sigusr1`).
 * - `__proto__` as a key of something that came from outside would change what all objects are (`--disable-proto=delete`).
 */
process.on('SIGUSR1', () => undefined);
Reflect.deleteProperty(Object.prototype, '__proto__');
