/** How each command is typed, as `--help` ends with it; by its words after `dir2scim`. */
export const helpExamples: Readonly<Record<string, readonly string[]>> = {
  '': ['check', 'plan', 'sync'],
  run: ['run --config /etc/dir2scim/dir2scim.yaml'],
  sync: ['sync', 'sync --target wiki'],
  plan: ['plan', 'plan --target wiki --out wiki.plan'],
  apply: ['apply wiki.plan'],
  approve: ['approve hold-ee38442889bb'],
  reject: ['reject hold-ee38442889bb'],
  undo: ['undo mx3mjgg7-594f --target wiki'],
  retry: ['retry jane@corp.example', 'retry --all --target wiki'],
  doctor: ['doctor --target wiki --write-profile wiki-profile.yaml'],
  explain: ['explain jane@corp.example', 'explain "Jane Doe" --target wiki --push'],
  verify: ['verify --target wiki', 'verify --target wiki --repair'],
  check: ['check', 'check --strict'],
  log: ['log --who jane@corp.example --since 30d', 'log --failed --follow'],
  status: ['status', 'status --json'],
  report: ['report access'],
  'report access': ['report access', 'report access --target wiki --format csv'],
  state: ['state verify'],
  'state verify': ['state verify'],
  'state rebind': ['state rebind wiki'],
  'state rename': ['state rename wiki intranet'],
  'state reset': ['state reset wiki'],
  'state relink': ['state relink 4f6c1c1e-0d5b-4a3e-9d0c-5d1f0a7b2c11 9a2e7f40-6b1d-4c8e-8f52-1e3d5c7b9a02'],
  'state recheck': ['state recheck'],
  'state repin': ['state repin corp'],
  'state export': ['state export dir2scim-state.ndjson'],
  'state import': ['state import dir2scim-state.ndjson'],
  'state rebuild': ['state rebuild'],
  'state forget': ['state forget 4f6c1c1e-0d5b-4a3e-9d0c-5d1f0a7b2c11'],
  completion: ['completion bash > ~/.local/share/bash-completion/completions/dir2scim', 'completion fish'],
  complete: ['complete -- sync --tar'],
  init: [
    'init',
    'init --ldif people.ldif --target-url https://wiki.example/scim/v2 --token-env WIKI_TOKEN',
    'init --url ldaps://dc1.corp.example --bind-dn svc-d2s@corp.example --password-file ldap-password',
    'init --discover corp.example --cert own.crt --key own.key --oauth2 https://login.example/token --client-id d2s',
  ],
  'support-bundle': ['support-bundle', 'support-bundle --out ticket-1234.json'],
  notify: ['notify test'],
  'notify test': ['notify test'],
};

/** The end of a help text. */
export function exampleText(command: string): string {
  const examples = helpExamples[command] ?? [];
  if (examples.length === 0) return '';
  return `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((one) => `  dir2scim ${one}`).join('\n')}`;
}
