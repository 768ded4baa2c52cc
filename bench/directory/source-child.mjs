/**
 * The LDAP source as it is built for the package, in a process of its own so that it alone is measured; plain
 * JavaScript, because stripping types costs a fifth of a second and 40 MB. Over IPC it is told `full` (read everything,
 * keep nothing), `begin` (read everything and keep it), `poll` (read what changed since), `inspect` or `end`.
 * The shapes are in source.ts.
 */
import { createLdapSource } from '../../dist/adapters/ldap/source.js';

const setup = JSON.parse(process.argv[2]);
const source = createLdapSource({
  ...setup,
  name: 'bench',
  startTls: false,
  tls: {},
  kind: 'auto',
  bind: { dn: setup.bind.dn, password: () => Promise.resolve(setup.bind.password) },
  timeouts: { connectMilliseconds: 10_000, idleMilliseconds: 60_000 },
});
const attributes = { user: new Set(setup.attributes.user), group: new Set(setup.attributes.group) };
const { signal } = new AbortController();
const known = new Map();
let watermark;

process.on('message', async (order) => {
  if (order === 'end') process.disconnect();
  else process.send(order === 'inspect' ? await changes() : await read(order));
});
process.send('ready');

async function changes() {
  const { details } = await source.inspect(signal);
  return details.find((line) => line.startsWith('changes'));
}

async function read(order) {
  let entries = 0;
  const visited = [];
  const visit = (entry) => {
    entries += 1;
    if (order !== 'full') visited.push(entry);
  };
  const before = usage();
  const began = performance.now();
  const verdict = await source.read({
    attributes,
    since: order === 'poll' ? { watermark, known } : undefined,
    signal,
    visit,
  });
  const milliseconds = performance.now() - began;
  const { cpuSeconds, peakMegabytes } = usage();
  const { kind, because, gone = [] } = verdict;
  for (const id of gone) known.delete(id);
  for (const entry of visited) known.set(entry.id, entry);
  watermark = verdict.watermark;
  return {
    kind,
    because,
    entries,
    gone: gone.length,
    milliseconds,
    cpuSeconds,
    ownCpuSeconds: cpuSeconds - before.cpuSeconds,
    peakMegabytes,
  };
}

/** Of the process since its start. */
function usage() {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMegabytes: maxRSS / 1_024 };
}
