# syntax=docker/dockerfile:1
# A tag can be moved to another image, a digest cannot. Builds that are to be repeated name both, for instance
# --build-arg RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:…; see docs/operations.md, Containers.
ARG NODE_IMAGE=node:22-bookworm-slim
ARG RUST_IMAGE=rust:1.95-slim-bookworm
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

# The script of the respondent's page, and the console.
FROM ${NODE_IMAGE} AS page
WORKDIR /build
COPY web web
COPY script/web script/
RUN script/web --page

FROM ${RUST_IMAGE} AS build
WORKDIR /build
# First the dependencies alone, in a layer that is built again only when they change.
COPY Cargo.toml Cargo.lock ./
COPY script/release script/
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && cp src/main.rs build.rs \
    && touch src/lib.rs \
    && script/release \
    # Files from outside can be older than these stand-ins, and cargo goes by age.
    && cargo clean --locked --release --package aftercare --target-dir target/dist \
    && rm -r build.rs src
COPY . .
COPY --from=page /build/target/web target/web
# The data folder of the image: whatever is mounted there first takes over its owner and rights.
RUN script/release && mkdir --mode=0700 data

# The C library, the CAs that the world trusts, and no shell.
FROM ${RUNTIME_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="aftercare" \
      org.opencontainers.image.description="The backend of patient-reported experience surveys" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /build/target/dist/release/aftercare /usr/local/bin/aftercare
# The ids are fixed, so that the rights of a volume outlive the image.
COPY --from=build --chown=10001:10001 /build/data /var/lib/aftercare

# There is no Postgres in this image: DATABASE_URL or DATABASE_URL_FILE must name one. The data folder holds the server's
# keys, and exports that wait for slow clients. It is the only one that is written to.
ENV AFTERCARE_LISTEN=0.0.0.0:8080 \
    AFTERCARE_DATA_DIR=/var/lib/aftercare
VOLUME /var/lib/aftercare
# Metrics are on 127.0.0.1:9090, so nobody outside reaches them: see docs/operations.md.
EXPOSE 8080
USER 10001:10001
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=3 CMD ["/usr/local/bin/aftercare", "health"]
ENTRYPOINT ["/usr/local/bin/aftercare"]
CMD ["serve", "--migrate"]
