# The build needs every dependency; none of its tools reach the image.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY .ci/tsconfig.build.json .ci/
COPY src src
RUN npx tsc -p .ci/tsconfig.build.json && mkdir /state

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

# No shell, no package manager, user 65532. Nothing is written but the state: run it with a read-only root
# (docker run --read-only) and a volume on /state.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production DIR2SCIM_CONFIG=/etc/dir2scim/dir2scim.yaml
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# A volume takes its first owner from what is there in the image.
COPY --from=build --chown=65532:65532 --chmod=0700 /state /state
VOLUME /state
COPY config/maps config/maps
EXPOSE 9464
# The process is node itself and handles SIGTERM: it finishes what is in flight within 25 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/nodejs/bin/node", "--disable-proto=delete", "--enable-source-maps", "dist/cli/main.js"]
CMD ["run"]
