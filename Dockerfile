# docker build -t steward . && docker run -p 127.0.0.1:8080:8080 -v steward:/data steward
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# As in .cargo/config.toml; said here too, so that no other configuration can drop it.
ENV LIBSQLITE3_FLAGS="-DSQLITE_ENABLE_QPSG -USQLITE_ENABLE_MEMORY_MANAGEMENT -DSQLITE_DEFAULT_MEMSTATUS=0"
RUN cargo build --locked --profile dist --bin steward

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home steward && install -d -o steward -g steward /data
COPY --from=build /src/target/dist/steward /usr/local/bin/steward
USER steward
WORKDIR /data
VOLUME /data
ENV STEWARD_LISTEN=0.0.0.0:8080 STEWARD_PUBLIC_URL=http://127.0.0.1:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["steward", "healthcheck"]
ENTRYPOINT ["steward"]
CMD ["serve"]
