# The bot in a container. Only /data is written to; everything else may be mounted read-only.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock ./
# Only wheels, each with its hash: no code of a package runs while the image is built. The finished image has no pip.
RUN python -m venv --without-pip /opt/kindling \
 && pip --python /opt/kindling/bin/python install --only-binary :all: --require-hashes -r requirements.lock
COPY bot ./bot
COPY lessons ./lessons
COPY LICENSE ./
COPY deploy/alive.py ./
RUN /opt/kindling/bin/python -m compileall -q bot alive.py

FROM python:${PYTHON}-slim
# Debian packages to add: postgresql-client, for `db backup` and `db restore` with PostgreSQL.
ARG PACKAGES=""
RUN if [ -n "$PACKAGES" ]; then \
      apt-get update && apt-get install --yes --no-install-recommends $PACKAGES && rm -rf /var/lib/apt/lists/*; \
    fi
LABEL org.opencontainers.image.title="Kindling" \
      org.opencontainers.image.description="A messenger bot that teaches in small daily steps, with crisis help always available" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0 AND CC-BY-4.0"
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kindling \
 && install -d -o kindling -g kindling -m 0700 /data
COPY --from=build /opt/kindling /opt/kindling
COPY --from=build /app /app
ENV PATH=/opt/kindling/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    TMPDIR=/data
WORKDIR /app
USER kindling
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "alive.py"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
