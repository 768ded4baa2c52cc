// Preloaded into a measured process: says at its end what it took.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const began = performance.now();
/** How long the event loop did not come to a timer of 10 ms, at most: wall-clock time, other processes' included. */
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = (userCPUTime + systemCPUTime) / 1000;
  writeSync(
    2,
    `used: ${(performance.now() - began).toFixed(0)} ms, CPU ${cpu.toFixed(0)} ms, at most ${(maxRSS / 1024).toFixed(0)} MB, longest turn ${(delay.max / 1e6).toFixed(0)} ms\n`,
  );
});
