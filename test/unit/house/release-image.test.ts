import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function release(image: string | undefined): number | null {
  const { status } = spawnSync(process.execPath, ['scripts/release-image.mjs'], {
    cwd: root,
    env: image === undefined ? {} : { NODE_IMAGE: image },
  });
  return status;
}

describe('a released image', () => {
  it('is built from a base image that is named by its digest', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    assert.equal(release(`node:24-alpine@${digest}`), 0);
    assert.equal(release(`registry.example/library/node:24-alpine@${digest}`), 0);
    for (const image of [
      undefined,
      '',
      'node:24-alpine',
      'node:24-alpine@sha256:short',
      `node:22-alpine@${digest}`,
      `node@${digest}`,
      `node:24-alpine@${digest} `,
      `node:24-alpine@${digest}0`,
    ])
      assert.equal(release(image), 1, image);
  });

  it('has one base image for all of its stages', () => {
    const stages = [...readFileSync(`${root}Dockerfile`, 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    assert.deepEqual([...new Set(stages)], ['${NODE_IMAGE}']);
  });
});
