import { ds389Suffix, startDs389, type Ds389, type Ds389Options } from './ds389.ts';
import { until } from './until.ts';

/** Two 389 Directory Servers, of which the second one takes over what changes on the first. */
export interface Ds389Pair {
  readonly first: Ds389;
  readonly second: Ds389;
  /** From now on the second one gets nothing any more; true lets it catch up, and waits until it has. */
  replicate(goesOn: boolean): Promise<void>;
  dispose(): Promise<void>;
}

const replication = { dn: 'cn=replication manager,cn=config', password: 'replication-secret' };
const tree = `cn="${ds389Suffix}",cn=mapping tree,cn=config`;
const agreement = `cn=to second,cn=replica,${tree}`;
const entry = (dn: string, ...lines: string[]): string => `dn: ${dn}\n${lines.join('\n')}\n\n`;
const add = (dn: string, ...lines: string[]): string => entry(dn, 'changetype: add', ...lines);
const replace = (dn: string, name: string, value: string): string =>
  entry(dn, 'changetype: modify', `replace: ${name}`, `${name}: ${value}`);

/** Starts both, with single-supplier replication (Red Hat Directory Server 12, Configuring and managing replication). */
export async function startDs389Pair(options: Ds389Options = {}): Promise<Ds389Pair> {
  const first = await startDs389(options);
  const second = await startDs389();
  const dispose = async (): Promise<void> => {
    await Promise.all([first.dispose(), second.dispose()]);
  };
  try {
    const replica = (id: number, type: number, flags: number): string =>
      add(
        `cn=replica,${tree}`,
        'objectClass: nsds5replica',
        'objectClass: extensibleObject',
        'cn: replica',
        `nsDS5ReplicaRoot: ${ds389Suffix}`,
        `nsDS5ReplicaId: ${id}`,
        `nsDS5ReplicaType: ${type}`,
        `nsDS5Flags: ${flags}`,
        `nsDS5ReplicaBindDN: ${replication.dn}`,
      );
    await second.change(
      add(
        replication.dn,
        'objectClass: inetOrgPerson',
        'cn: replication manager',
        'sn: x',
        `userPassword: ${replication.password}`,
      ) + replica(65_535, 2, 0),
    );
    await first.change(
      replica(1, 3, 1) +
        add(
          agreement,
          'objectClass: nsds5replicationagreement',
          'cn: to second',
          'nsDS5ReplicaHost: 127.0.0.1',
          `nsDS5ReplicaPort: ${second.port}`,
          `nsDS5ReplicaBindDN: ${replication.dn}`,
          `nsDS5ReplicaCredentials: ${replication.password}`,
          'nsDS5ReplicaBindMethod: SIMPLE',
          'nsDS5ReplicaTransportInfo: LDAP',
          `nsDS5ReplicaRoot: ${ds389Suffix}`,
          'nsds5replicaBusyWaitTime: 1',
          'nsDS5BeginReplicaRefresh: start',
        ),
    );
    await until('the second server has everything', async () =>
      (await first.search('-b', agreement, '-s', 'base', '(objectClass=*)', 'nsds5ReplicaLastInitStatus')).includes(
        'Total update succeeded',
      ),
    );
  } catch (error) {
    await dispose();
    throw error;
  }
  const vector = async (server: Ds389): Promise<string | undefined> => {
    const shown = await server.search(
      '-b',
      ds389Suffix,
      '(&(nsuniqueid=ffffffff-ffffffff-ffffffff-ffffffff)(objectclass=nstombstone))',
      'nsds50ruv',
    );
    return /\{replica 1 [^}]*\} [0-9a-f]{20} ([0-9a-f]{20})/.exec(shown)?.[1];
  };
  return {
    first,
    second,
    replicate: async (goesOn) => {
      await first.change(replace(agreement, 'nsds5ReplicaEnabled', goesOn ? 'on' : 'off'));
      if (goesOn)
        await until('the second server has caught up', async () => (await vector(second)) === (await vector(first)));
    },
    dispose,
  };
}
