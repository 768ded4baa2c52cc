/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  plugins: [new URL('runner.mjs', import.meta.url).pathname],
  testRunner: 'node-test',
  coverageAnalysis: 'perTest',
  mutate: ['src/core/planning/**/*.ts', 'src/cycle/quarantine/**/*.ts'],
  ignorePatterns: ['**', '!src/**', '!test/**', '!config/**', '!docs/**', '!package.json'],
  tempDirName: '.stryker-tmp',
  disableTypeChecks: false,
  concurrency: 1,
  timeoutMS: 5000,
  timeoutFactor: 3,
  incremental: true,
  incrementalFile: 'scripts/mutation/node_modules/.cache/incremental.json',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: {
    allowColor: false,
    allowEmojis: false,
    logTests: false,
    reportTests: false,
    reportScoreTable: true,
  },
  thresholds: { high: 95, low: 90, break: 90 },
};
