# Which base image. A release is built from one that is named by its digest: docs/decisions/dependencies.md says how.
ARG NODE_IMAGE=node:24-alpine

# The build needs every dependency; none of its tools reach the image.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/tsconfig.build.json scripts/
COPY src src
RUN npx tsc -p scripts/tsconfig.build.json && mkdir /state

# What runs, and the list of it (SBOM, CycloneDX).
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force \
  && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx > sbom.cdx.json

# Node and the program, nothing to install with. Nothing is written but the state: run it with a read-only root (docker
# run --read-only) and a volume on /state, with the state in a folder on it (state: { path: /state/dir2scim }).
FROM ${NODE_IMAGE}
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
WORKDIR /app
ENV NODE_ENV=production DIR2SCIM_CONFIG=/etc/dir2scim/dir2scim.yaml
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY --from=build --chmod=0755 /app/dist dist
COPY package.json LICENSE ./
# A volume takes its first owner from what is there in the image.
COPY --from=build --chown=1000:1000 --chmod=0700 /state /state
VOLUME /state
COPY config/completion config/completion
COPY config/maps config/maps
COPY config/profiles config/profiles
# For `docker exec … dir2scim status`, and commands in place of `run`.
RUN ln -s /app/dist/cli/main.js /usr/local/bin/dir2scim
EXPOSE 9464
# The process is node itself and handles SIGTERM: it finishes what is in flight within 25 s.
STOPSIGNAL SIGTERM
# The user `node` of the base image, by number: Kubernetes' runAsNonRoot does not know names.
USER 1000:1000
# Without a shell. Whoever lets http.listen have another port turns it off (--no-healthcheck) or gives another one; Kubernetes does not look at it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:9464/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Small rooms for young objects cost a large directory a tenth of its time and save a fifth of the memory.
ENTRYPOINT ["node", "--max-semi-space-size=8", "--disable-proto=delete", "--disable-sigusr1", "--enable-source-maps", "dist/cli/main.js"]
CMD ["run"]
# What it is (OCI annotations): whoever releases says which commit and which base, --build-arg REVISION=… --build-arg NODE_IMAGE=…
ARG NODE_IMAGE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="dir2scim" \
  org.opencontainers.image.description="Keeps cloud applications in step with an on-prem directory: LDAP / Active Directory to SCIM 2.0" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="https://github.com/dir2scim/dir2scim" \
  org.opencontainers.image.documentation="https://github.com/dir2scim/dir2scim/blob/main/docs/operations.md" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="${NODE_IMAGE}"
