/*
 * Writes the alerts as a PrometheusRule, the form in which the Prometheus operator takes them. For whoever changes the
 * alerts; a test compares the two.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { groups } = parse(readFileSync(at('config/prometheus/alerts.yaml'), 'utf8'));
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'dir2scim', labels: { 'app.kubernetes.io/name': 'dir2scim' } },
  spec: { groups },
};
writeFileSync(
  at('deploy/kubernetes/components/monitoring/prometheusrule.yaml'),
  `# Written by scripts/prometheus-rule.mjs from config/prometheus/alerts.yaml.\n${stringify(rule, { lineWidth: 0 })}`,
);
