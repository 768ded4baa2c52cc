/*
 * Says whether an image may be released that is built from NODE_IMAGE: only from one that is named by its digest is it
 * known what is in it. For whoever builds a release; a build to try something needs none.
 *
 *   NODE_IMAGE=node:24-alpine@sha256:… node scripts/release-image.mjs && docker build --build-arg NODE_IMAGE .
 */
const { NODE_IMAGE = '' } = process.env;
if (!/^[^@\s]*\bnode:24[^@\s]*@sha256:[0-9a-f]{64}$/.test(NODE_IMAGE)) {
  process.stderr.write(
    `NODE_IMAGE is ${NODE_IMAGE === '' ? 'not set' : `"${NODE_IMAGE}"`}: a release is built from node:24-alpine by its digest, like node:24-alpine@sha256:… (docker buildx imagetools inspect node:24-alpine shows it)\n`,
  );
  process.exitCode = 1;
}
