# syntax=docker/dockerfile:1
ARG RUST_VERSION=1.95
ARG DEBIAN_RELEASE=bookworm

FROM rust:${RUST_VERSION}-slim-${DEBIAN_RELEASE} AS build
WORKDIR /build
# First the dependencies alone, in a layer that is built again only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && echo 'fn main() {}' | tee build.rs > src/main.rs \
    && touch src/lib.rs \
    && cargo build --locked --release --bin aftercare \
    # Files from outside can be older than these stand-ins, and cargo goes by age.
    && cargo clean --locked --release --package aftercare \
    && rm -r build.rs src
COPY . .
RUN cargo build --locked --release --bin aftercare

FROM debian:${DEBIAN_RELEASE}-slim
ARG VERSION=dev
LABEL org.opencontainers.image.title="aftercare" \
      org.opencontainers.image.description="The backend of patient-reported experience surveys" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"

# The ids are fixed, so that the rights of a volume outlive the image.
RUN groupadd --system --gid 10001 aftercare \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/aftercare --shell /usr/sbin/nologin aftercare \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/aftercare
COPY --from=build /build/target/release/aftercare /usr/local/bin/aftercare

# There is no Postgres in this image: DATABASE_URL must name one. The data folder holds the server's keys.
ENV AFTERCARE_LISTEN=0.0.0.0:8080 \
    AFTERCARE_DATA_DIR=/var/lib/aftercare
VOLUME /var/lib/aftercare
# Metrics are on 127.0.0.1:9090, so nobody outside reaches them: see docs/operations.md.
EXPOSE 8080
USER 10001:10001
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=3 CMD ["aftercare", "health"]
ENTRYPOINT ["aftercare"]
CMD ["serve", "--migrate"]
