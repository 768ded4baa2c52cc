// Preloaded into a daemon (`node --import`): its wall clock goes ahead by so many milliseconds.
import { env } from 'node:process';

const now = Date.now;
const ahead = Number(env['CLOCK_AHEAD']);
Date.now = () => now() + ahead;
