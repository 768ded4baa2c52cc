import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { loadConfiguration } from '../../src/config/load.ts';
import { usualGrace } from '../../src/daemon/shutdown.ts';
import { complaintsAbout, render, type Manifest } from './manifests.ts';
import { container, field, isEvery, items, numberAt, podOf, textAt } from './fields.ts';

const root = join(import.meta.dirname, '../..');
const folders = ['base', 'overlays/several-targets', 'overlays/external-secrets', 'overlays/sidecar'] as const;
type Folder = (typeof folders)[number];
const rendered = new Map<Folder, readonly Manifest[]>();

function of(folder: Folder, kind: string): Manifest {
  const found = rendered.get(folder)?.filter((manifest) => manifest.kind === kind) ?? [];
  assert.equal(found.length, 1, `${folder} has one ${kind}`);
  return found[0] as Manifest;
}

const workloadOf = (folder: Folder): Manifest =>
  of(folder, folder === 'overlays/sidecar' ? 'Deployment' : 'StatefulSet');

before(async () => {
  for (const folder of folders) rendered.set(folder, await render(folder));
});

/** A manifest with one value put in or replaced; undefined takes it out. */
function changed(manifest: Manifest, path: readonly (string | number)[], value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const inside = path.slice(0, -1).reduce<unknown>((at, name) => field(at, name), copy);
  Object.assign(inside as object, { [String(path.at(-1))]: value });
  return copy;
}

describe('the manifests for Kubernetes', () => {
  it('have no field that Kubernetes or the operators do not know, and none of a wrong form', async () => {
    assert.deepEqual(await complaintsAbout([...rendered.values()].flat()), []);
  });

  it('are checked strictly: each of these slips is found', async () => {
    const [workload, sidecar] = [workloadOf('base'), workloadOf('overlays/sidecar')];
    const monitor = of('overlays/several-targets', 'PodMonitor');
    const first = ['spec', 'template', 'spec', 'containers', 0];
    const slips: readonly (readonly [Manifest, RegExp])[] = [
      [changed(workload, [...first, 'readinesProbe'], {}), /readinesProbe/],
      [changed(workload, [...first, 'securityContext', 'readOnlyRootFileSystem'], true), /readOnlyRootFileSystem/],
      [changed(workload, [...first, 'name'], undefined), /name/],
      [changed(workload, [...first, 'imagePullPolicy'], 'Sometimes'), /Sometimes/],
      [changed(workload, [...first, 'resources', 'limits', 'memory'], 'much'), /quantity/],
      [changed(workload, ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], '40'), /not assignable/],
      [changed(sidecar, ['spec', 'template', 'spec', 'initContainers', 0, 'restartpolicy'], 'Always'), /restartpolicy/],
      [changed(monitor, ['spec', 'podMetricsEndpoints', 0, 'interval'], 'often'), /interval/],
      [changed(of('overlays/several-targets', 'PrometheusRule'), ['spec', 'group'], []), /'"group"'/],
      [changed(of('overlays/external-secrets', 'ExternalSecret'), ['spec', 'datas'], []), /'"datas"'/],
    ];
    const found = (await complaintsAbout(slips.map(([manifest]) => manifest))).join('\n');
    for (const [, expected] of slips) assert.match(found, expected);
  });

  it('have the alerts of config/prometheus/alerts.yaml: node scripts/prometheus-rule.mjs writes them', async () => {
    const alerts = parse(await readFile(join(root, 'config/prometheus/alerts.yaml'), 'utf8')) as unknown;
    assert.deepEqual(of('overlays/several-targets', 'PrometheusRule')['spec'], alerts);
  });

  it('have Prometheus find the Pod, under a job that the alerts look for', () => {
    for (const folder of ['overlays/several-targets', 'overlays/sidecar'] as const) {
      const monitor = of(folder, 'PodMonitor');
      const labels = field(workloadOf(folder), 'spec', 'template', 'metadata', 'labels');
      for (const [key, value] of Object.entries(field(monitor, 'spec', 'selector', 'matchLabels') as object))
        assert.equal(field(labels, key), value, key);
      const port = textAt(monitor, 'spec', 'podMetricsEndpoints', 0, 'port');
      const ports = items(container(workloadOf(folder)), 'ports');
      assert.ok(ports.some((one) => textAt(one, 'name') === port));
      assert.match(`${String(monitor.metadata.namespace)}/${monitor.metadata.name}`, /^.*dir2scim.*$/);
    }
  });
});

describe('a Pod of the manifests', () => {
  it('fulfils the standard "restricted" of Pod Security, and can write nothing but its volume', () => {
    for (const folder of folders) {
      const pod = podOf(workloadOf(folder));
      assert.equal(field(pod, 'automountServiceAccountToken'), false);
      const volumes = items(pod, 'volumes').map((volume) =>
        Object.keys(volume as object).find((key) => key !== 'name'),
      );
      assert.ok(isEvery(volumes, ['configMap', 'secret', 'persistentVolumeClaim']), folder);
      const own = container(workloadOf(folder));
      const secured = (name: string): unknown =>
        field(own, 'securityContext', name) ?? field(pod, 'securityContext', name);
      assert.equal(secured('runAsNonRoot'), true);
      assert.equal(typeof secured('runAsUser'), 'number');
      assert.deepEqual(secured('seccompProfile'), { type: 'RuntimeDefault' });
      assert.deepEqual(field(own, 'securityContext', 'capabilities'), { drop: ['ALL'] });
      assert.equal(field(own, 'securityContext', 'allowPrivilegeEscalation'), false);
      assert.equal(field(own, 'securityContext', 'readOnlyRootFilesystem'), true);
      const writable = items(own, 'volumeMounts').filter((mount) => field(mount, 'readOnly') !== true);
      assert.deepEqual(
        writable.map((mount) => textAt(mount, 'mountPath')),
        ['/state'],
      );
      for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) assert.equal(field(pod, name), undefined);
    }
  });

  it('runs the image of this version, as the user that the Dockerfile names', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    const user = /^USER (\d+):(\d+)$/m.exec(await readFile(join(root, 'Dockerfile'), 'utf8'));
    for (const folder of folders) {
      const [pod, own] = [podOf(workloadOf(folder)), container(workloadOf(folder))];
      assert.equal(textAt(own, 'image'), `dir2scim:${version}`);
      const secured = (name: string): unknown =>
        field(own, 'securityContext', name) ?? field(pod, 'securityContext', name);
      assert.deepEqual([secured('runAsUser'), secured('runAsGroup')], [Number(user?.[1]), Number(user?.[2])]);
    }
  });

  it('has its time to end: the grace time, what is aborted then, and some more', () => {
    for (const folder of folders)
      assert.ok(numberAt(podOf(workloadOf(folder)), 'terminationGracePeriodSeconds') * 1_000 >= usualGrace + 10_000);
  });

  it('is there once, and the one before ends first', () => {
    assert.equal(numberAt(workloadOf('base'), 'spec', 'replicas'), 1);
    const deployment = workloadOf('overlays/sidecar');
    assert.equal(numberAt(deployment, 'spec', 'replicas'), 1);
    assert.equal(textAt(deployment, 'spec', 'strategy', 'type'), 'Recreate');
  });

  it('is probed by what no directory and no target can change, with more patience than a busy machine needs', () => {
    const own = container(workloadOf('base'));
    const pathOf = (probe: string): string => textAt(own, probe, 'httpGet', 'path');
    assert.deepEqual(['startupProbe', 'livenessProbe', 'readinessProbe'].map(pathOf), ['/livez', '/livez', '/readyz']);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      assert.ok(numberAt(own, probe, 'timeoutSeconds') >= 5);
  });

  it('does not keep the application beside it from starting, nor take it out of service', () => {
    const own = container(workloadOf('overlays/sidecar'));
    assert.equal(textAt(own, 'restartPolicy'), 'Always');
    assert.equal(textAt(own, 'livenessProbe', 'httpGet', 'path'), '/livez');
    for (const probe of ['startupProbe', 'readinessProbe']) assert.equal(field(own, probe), undefined);
  });
});

describe('the configuration in the manifests', () => {
  it('is valid, and finds its secrets, its volume and its port where the Pod has them', async () => {
    for (const folder of folders) {
      const home = await mkdtemp(join(tmpdir(), 'dir2scim-manifest-'));
      try {
        const text = textAt(of(folder, 'ConfigMap'), 'data', 'dir2scim.yaml');
        await writeFile(join(home, 'dir2scim.yaml'), text);
        const { state, http } = await loadConfiguration(join(home, 'dir2scim.yaml'));
        assert.match(state.path, /^\/state\/[^/]+$/, 'a folder on the volume: a note of the state stands beside it');
        const own = container(workloadOf(folder));
        assert.deepEqual([http.listen.host, http.listen.port], ['0.0.0.0', numberAt(own, 'ports', 0, 'containerPort')]);
        const mounts = items(own, 'volumeMounts').map((mount) => textAt(mount, 'mountPath'));
        assert.ok(isEvery(['/state', '/etc/dir2scim', '/run/secrets/dir2scim'], mounts));
        for (const [, secret = ''] of text.matchAll(/\{ file: (\S+) \}/g))
          assert.match(secret, /^\/run\/secrets\/dir2scim\/[\w-]+$/);
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    }
  });

  it('names the secrets that the store outside has', () => {
    const text = textAt(of('overlays/external-secrets', 'ConfigMap'), 'data', 'dir2scim.yaml');
    const named = [...text.matchAll(/\/run\/secrets\/dir2scim\/([\w-]+)/g)].map(([, name]) => name);
    const external = of('overlays/external-secrets', 'ExternalSecret');
    assert.deepEqual(
      items(external, 'spec', 'data')
        .map((one) => textAt(one, 'secretKey'))
        .sort(),
      named.sort(),
    );
    const mounted = items(podOf(workloadOf('overlays/external-secrets')), 'volumes').map((one) =>
      field(one, 'secret', 'secretName'),
    );
    assert.ok(mounted.includes(textAt(external, 'spec', 'target', 'name')));
  });

  it('is let out to every directory and target that it names, and nobody else in the namespace is shut in', () => {
    for (const folder of folders.filter((one) => one !== 'overlays/sidecar')) {
      const policy = of(folder, 'NetworkPolicy');
      const open = items(policy, 'spec', 'egress').flatMap((rule) =>
        items(rule, 'ports').map((one) => numberAt(one, 'port')),
      );
      const text = textAt(of(folder, 'ConfigMap'), 'data', 'dir2scim.yaml');
      const usual: Readonly<Record<string, number>> = { ldaps: 636, ldap: 389, https: 443 };
      for (const [, scheme = ''] of text.matchAll(/\b(ldaps?|https):\/\//g))
        assert.ok(open.includes(usual[scheme] ?? 0), scheme);
      assert.ok(open.includes(53));
      assert.deepEqual(field(policy, 'spec', 'podSelector', 'matchLabels', 'app.kubernetes.io/name'), 'dir2scim');
    }
  });

  it('is let out to nothing besides names, LDAPS and HTTPS, and lets in nobody but Prometheus, at its port', () => {
    for (const folder of folders.filter((one) => one !== 'overlays/sidecar')) {
      const policy = of(folder, 'NetworkPolicy');
      const rule = (name: string): unknown => field(policy, 'spec', name);
      const port = (number: number, protocol: string) => ({ port: number, protocol });
      assert.deepEqual(rule('policyTypes'), ['Ingress', 'Egress']);
      assert.deepEqual(rule('ingress'), [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
          ports: [{ port: 'http-metrics', protocol: 'TCP' }],
        },
      ]);
      assert.deepEqual(rule('egress'), [
        { ports: [port(53, 'UDP'), port(53, 'TCP'), port(636, 'TCP'), port(443, 'TCP')] },
      ]);
      const name = textAt(container(workloadOf(folder)), 'ports', 0, 'name');
      assert.equal(name, 'http-metrics', 'the port that is let in is one of the Pod');
      const labels = field(workloadOf(folder), 'spec', 'template', 'metadata', 'labels');
      assert.equal(field(labels, 'app.kubernetes.io/name'), 'dir2scim');
    }
    const budgets = [...rendered.values()].flat().filter(({ kind }) => kind === 'PodDisruptionBudget');
    assert.deepEqual(budgets, [], 'of one Pod it would only keep nodes from being drained');
  });
});

it("what docs/operations.md has for a site of one's own renders, with the configuration and the image of that site", async () => {
  const text = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const [, own] = /```yaml\n(# site\/kustomization\.yaml[^]*?)```/.exec(text) ?? [];
  assert.ok(own !== undefined);
  const home = await mkdtemp(join(tmpdir(), 'dir2scim-site-'));
  try {
    await cp(join(root, 'deploy'), join(home, 'deploy'), { recursive: true });
    await mkdir(join(home, 'site'));
    await writeFile(join(home, 'site/kustomization.yaml'), own);
    await writeFile(join(home, 'site/dir2scim.yaml'), 'directories: {}\n');
    const manifests = await render(join(home, 'site'));
    assert.deepEqual(await complaintsAbout(manifests), []);
    const kinds = manifests.map(({ kind }) => kind);
    assert.ok(isEvery(['StatefulSet', 'PodMonitor', 'PrometheusRule', 'NetworkPolicy'], kinds));
    const config = manifests.find(({ kind }) => kind === 'ConfigMap');
    assert.equal(textAt(config, 'data', 'dir2scim.yaml'), 'directories: {}\n');
    const workload = manifests.find(({ kind }) => kind === 'StatefulSet');
    assert.match(textAt(container(workload), 'image'), /^registry\.example\/dir2scim:/);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
