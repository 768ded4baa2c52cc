/**
 * Who may import whom. One direction: cli → bridge → (daemon, telemetry, config, cycle) → ports → core; http → bridge; app.ts puts
 * adapters and all the rest together and is used by cli alone.
 * test/unit/boundaries.test.ts proves on a broken tree that these rules can fail.
 */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
/** One rule for each room of a folder: what it may see of the other rooms. Nobody sees the folder's own files, which put the rooms together. */
const rooms = (folder, allowed) =>
  Object.entries(allowed).map(([room, others]) =>
    rule(
      `rooms-of-${folder.replaceAll('/', '-')}-${room}`,
      { path: `^src/${folder}/${room}/` },
      { path: `^src/${folder}/`, pathNot: `^src/${folder}/(${[room, ...others].join('|')})/` },
      `${room} sees ${others.join(', ') || 'no other room'}.`,
    ),
  );
/** Where execution starts: the product, and what developers run to write the schema for editors. */
const programs = '^src/(cli/main|config/write-schema)\\.ts$';

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'Nothing flows back up.'),
    rule(
      'core-is-pure',
      { path: '^src/core/' },
      { pathNot: ['^src/core/', '(^|/)node_modules/(@marcbachmann/cel-js|re2js)/'] },
      'Core imports itself, the CEL library and its linear-time regular expressions: no I/O, no clock, no process.',
    ),
    rule(
      'ports-see-core',
      { path: '^src/ports/' },
      { pathNot: '^src/(core|ports)/' },
      'Ports speak in the words of core.',
    ),
    rule(
      'cycle-sees-ports',
      { path: '^src/cycle/' },
      { pathNot: ['^src/(core|ports|cycle)/', '^node:'], dependencyTypesNot: ['core'] },
      'The conductor knows no adapter.',
    ),
    rule(
      'adapters-are-strangers',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/(adapters/(?!$1/)|bridge/|config/|cycle/|cli/|daemon/|http/|telemetry/|app(/|\\.ts))' },
      'An adapter sees core, ports and itself.',
    ),
    rule(
      'bridge-is-no-edge',
      { path: '^src/bridge/' },
      {
        pathNot: ['^src/(bridge|cycle|daemon|telemetry|config|ports|core)/', '^src/version\\.ts$', '^node:'],
        dependencyTypesNot: ['core'],
      },
      'What anybody can ask for knows no terminal, no HTTP, no adapter and no library of theirs.',
    ),
    rule(
      'cli-asks-bridge',
      { path: '^src/cli/' },
      { path: '^src/(adapters|cycle)/', dependencyTypesNot: ['type-only'] },
      'The command line prints what the bridge returns; it runs no cycle and no adapter.',
    ),
    rule(
      'http-asks-bridge',
      { path: '^src/http/' },
      { path: '^src/', pathNot: '^src/(http|bridge|ports|core)/' },
      'What is served over HTTP is asked of the bridge.',
    ),
    ...rooms('cycle', {
      shared: [],
      quarantine: ['shared'],
      match: ['quarantine', 'shared'],
      read: ['shared'],
      plan: ['match', 'quarantine', 'shared'],
      push: ['match', 'quarantine', 'shared'],
      verify: ['match', 'shared'],
    }),
    ...rooms('adapters/scim', {
      shared: [],
      'rate-limit': ['shared'],
      auth: ['rate-limit', 'shared'],
      http: ['auth', 'rate-limit', 'shared'],
      answers: ['http', 'shared'],
      dialect: ['answers', 'shared'],
      read: ['dialect', 'answers', 'http', 'shared'],
      write: ['read', 'dialect', 'answers', 'http', 'shared'],
      bulk: ['write', 'read', 'dialect', 'answers', 'http', 'shared'],
    }),
    ...rooms('adapters/ldap', {
      shared: [],
      protocol: ['shared'],
      connect: ['protocol', 'shared'],
      read: ['connect', 'protocol', 'shared'],
      changes: ['read', 'connect', 'protocol', 'shared'],
    }),
    ...rooms('adapters/lowdb', {
      shared: [],
      lock: ['shared'],
      log: ['shared'],
      memory: ['log', 'shared'],
      disk: ['memory', 'log', 'shared'],
    }),
    rule(
      'ldapts-in-ldap-only',
      { pathNot: '^src/adapters/ldap/' },
      { path: '(^|/)node_modules/ldapts/' },
      'One folder speaks LDAP.',
    ),
    rule(
      'undici-in-scim-only',
      { path: '^src/', pathNot: '^src/adapters/scim/' },
      { path: '(^|/)node_modules/undici/' },
      'One folder speaks HTTP outwards.',
    ),
    rule(
      'lowdb-in-lowdb-only',
      { path: '^src/', pathNot: '^src/adapters/lowdb/' },
      { path: '(^|/)node_modules/lowdb/' },
      'One folder owns the state files.',
    ),
    rule(
      'edges-do-not-compose',
      { path: '^src/(telemetry|http|daemon|config)/' },
      { path: '^src/(adapters|cli|app(/|\\.ts))' },
      'Only app.ts puts parts together.',
    ),
    rule(
      'app-has-one-door',
      { path: '^src/', pathNot: '^src/app(/|\\.ts)' },
      { path: '^src/app/' },
      'app.ts is what is asked to put parts together; the folder beside it is how.',
    ),
    rule(
      'parts-do-not-ask-bridge',
      { path: '^src/(telemetry|daemon|config)/' },
      { path: '^src/bridge/' },
      'The bridge uses them.',
    ),
    rule('src-without-tests', { path: '^src/' }, { path: '^(test|bench)/' }, 'The product does not import its tests.'),
    rule(
      'no-orphans',
      { path: programs },
      { path: '^src/', pathNot: programs, reachable: false },
      'A file that no program reaches is dead.',
    ),
    rule(
      'no-dev-dependency',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
      'What ships is a dependency.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
