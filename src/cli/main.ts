#!/usr/bin/env node
// What must hold before anything else is loaded, which takes a quarter of a second; then the program.
import './harden.ts';
import './hangup.ts';

await import('./begin.ts');
