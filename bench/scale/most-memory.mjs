// Preloaded into a measured process: says at its end what it took.
import { writeSync } from 'node:fs';

const began = performance.now();
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = (userCPUTime + systemCPUTime) / 1000;
  writeSync(
    2,
    `used: ${(performance.now() - began).toFixed(0)} ms, CPU ${cpu.toFixed(0)} ms, at most ${(maxRSS / 1024).toFixed(0)} MB\n`,
  );
});
