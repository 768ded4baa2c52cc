/**
 * A test runner for Stryker. Its own for node:test starts a process for each test file and mutant, which would take hours;
 * here the files are loaded once, and the tests that reach a mutant are run again with it switched on. Code that runs while
 * files are loaded is tried in a new process (`reloadEnvironment`).
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { globSync } from 'node:fs';
import { PluginKind, declareFactoryPlugin } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  TestStatus,
  determineHitLimitReached,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { startFile, tests } from './node-test.mjs';
import { testFiles } from './selection.mjs';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'node:test'
      ? { url: new URL('./node-test.mjs', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

/** Where Stryker's code in the sources looks which mutant is switched on, and notes which were reached. */
const switches = (globalThis.__stryker__ ??= {});

class NodeTestRunner {
  #isLoaded = false;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun() {
    await this.#load();
    const done = await this.#run(tests, true);
    return { ...done, mutantCoverage: switches.mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    if (mutantActivation === 'static') switches.activeMutant = activeMutant.id;
    await this.#load();
    switches.activeMutant = activeMutant.id;
    switches.hitLimit = hitLimit;
    switches.hitCount = hitLimit === undefined ? undefined : 0;
    const wanted = new Set(testFilter);
    const chosen = testFilter === undefined ? tests : tests.filter(({ id }) => wanted.has(id));
    return toMutantRunResult(await this.#run(chosen, disableBail));
  }

  async #load() {
    if (this.#isLoaded) return;
    const { default: fastCheck } = await import(import.meta.resolve('fast-check', pathToFileURL('./x.mjs')));
    // The seed of the tests; that a mutant fails is enough, the smallest input is not looked for.
    fastCheck.configureGlobal({ seed: 20_261_130, endOnFailure: true, interruptAfterTimeLimit: 300 });
    for (const file of testFiles.flatMap((pattern) => globSync(pattern).sort())) {
      startFile(file);
      await import(pathToFileURL(file).href);
    }
    this.#isLoaded = true;
  }

  async #run(chosen, isWhole) {
    const results = [];
    for (const { id, name, fileName, run } of chosen) {
      switches.currentTestId = id;
      const begin = performance.now();
      const failure = await failureOf(run);
      const timeSpentMs = performance.now() - begin;
      switches.currentTestId = undefined;
      const overrun = determineHitLimitReached(switches.hitCount, switches.hitLimit);
      if (overrun !== undefined) return overrun;
      const isPassed = failure === undefined;
      const status = isPassed ? TestStatus.Success : TestStatus.Failed;
      results.push({ id, name, fileName, timeSpentMs, status, ...(isPassed ? {} : { failureMessage: failure }) });
      if (!isPassed && !isWhole) break;
    }
    return { status: DryRunStatus.Complete, tests: results };
  }
}

async function failureOf(run) {
  try {
    await run();
    return undefined;
  } catch (error) {
    return String(error?.message ?? error).slice(0, 500);
  }
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'node-test', () => new NodeTestRunner())];
