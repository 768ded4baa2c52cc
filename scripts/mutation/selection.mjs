/** Tests that need no server. Those that find most and take least come first: a mutant that fails one is done. */
export const testFiles = [
  'test/unit/core/planning/*.test.ts',
  'test/unit/cycle/*.test.ts',
  'test/property/{guard,plan}.test.ts',
];
