/** Prints which files a configuration on Windows and the state beside it are; the paths go nowhere. */
import { logFilePath, logFolder } from '../../src/adapters/lowdb/log/log-folder.ts';
import { pathsOf } from '../../src/adapters/lowdb/disk/load.ts';
import { besides } from '../../src/adapters/lowdb/shared/replace-file.ts';
import { loadProfiles } from '../../src/config/profile.ts';
import { resolveConfiguration } from '../../src/config/resolve.ts';
import { configurationSchema } from '../../src/config/schema/configuration.ts';
import { readYaml } from '../../src/config/yaml-text.ts';

const source = String.raw`
directories:
  corp:
    urls: [ldaps://dc1.corp.example]
    bind: { dn: "CN=svc", password: { file: secrets\ldap } }
    tls: { ca: 'D:\certificates\corp.pem' }
    users: { bases: ["OU=Staff,DC=corp,DC=example"] }
  partners: { kind: ldif, path: ..\exports\partners.ldif }
targets:
  wiki:
    url: https://wiki.example/scim/v2
    auth: { bearer: { file: secrets/wiki } }
    removal: { leaves: deactivate }
state: { path: state }
`;
const text = readYaml(String.raw`C:\ProgramData\dir2scim\dir2scim.yaml`, source);
const configuration = resolveConfiguration(await loadProfiles(configurationSchema.parse(text.value), text), text);
const { path } = configuration.state;
const { snapshot, journal, key } = pathsOf(path);
process.stdout.write(
  JSON.stringify({
    configuration: {
      file: configuration.file,
      state: path,
      directories: [...configuration.directories.values()],
      targets: [...configuration.targets.values()].map(({ auth }) => auth),
    },
    state: [snapshot, journal, key, besides(snapshot), logFilePath(logFolder(path), 7)],
  }),
);
