/**
 * What the tests import as `node:test` while they are tried against mutants: it only keeps them, so that each can be run
 * as often as it is needed, by itself and in one process. Everything that the pure tests use of `node:test` is here; a file
 * that wants more ends the run.
 */
export const tests = [];

let file = '';
let path = [];

/** The tests that are defined until the next call belong to this file. */
export function startFile(name) {
  file = name;
}

export function describe(name, define) {
  const outer = path;
  path = [...outer, name];
  define();
  path = outer;
}

export function it(name, run) {
  const title = [...path, name].join(' > ');
  tests.push({ id: `${file} # ${title}`, name: title, fileName: file, run });
}

export const test = it;
export const suite = describe;

/** Files that share code with suites that prepare something import these, and do not call them. */
export function before() {
  throw new Error(`${file}: what a suite prepares is not carried out here`);
}

export const after = before;
