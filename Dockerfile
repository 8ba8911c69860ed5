# Lectern as a service. Everything it writes is in /data and /tmp, so that the root file system may be read-only.
#
#   docker build --tag lectern .
#   docker run --rm --volume lectern:/data lectern tokens add admin --role admin
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     --volume lectern:/data --volume ~/Documents:/documents:ro --publish 127.0.0.1:8765:8765 lectern

FROM python:3.11-slim AS base

# OpenMP, which the numeric libraries share; all else they need comes with them.
# Debian keeps no old versions to pin to.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*

FROM base AS build

# yes: with the build of torch that fits, for embedding models and rerankers that you name; auto: none in an image.
ARG TORCH=auto
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PIP_NO_CACHE_DIR=1 TORCH_INDEX=${TORCH_INDEX}
WORKDIR /build
COPY requirements.lock requirements-models.lock requirements-torch.lock requirements-dev.lock requirements-uv.lock ./
COPY tools tools
RUN python tools/install.py --venv /opt/lectern --torch "${TORCH}" --without-project
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY rag rag
COPY ingest ingest
COPY app app
RUN python tools/install.py --venv /opt/lectern --torch "${TORCH}" --copy
# yes: with what a catalogue on PostgreSQL (compose.scale.yaml) and uploads in a bucket need.
ARG SCALE=no
RUN if [ "${SCALE}" = yes ]; then python -m pip --python /opt/lectern/bin/python install "psycopg[binary]>=3.3,<4" "obstore>=0.12,<0.13"; fi

FROM base

RUN groupadd --system --gid 10001 lectern \
    && useradd --system --uid 10001 --gid lectern --home-dir /data --shell /usr/sbin/nologin lectern \
    && install --directory --owner lectern --group lectern --mode 0700 /data /uploads

COPY --from=build /opt/lectern /opt/lectern

ENV PATH=/opt/lectern/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    LECTERN_HOME=/data/index

USER 10001:10001
# Here lectern.toml and .env are looked for.
WORKDIR /data
VOLUME /data
EXPOSE 8765
STOPSIGNAL SIGTERM

# The first start converts the models; until then the service answers, but is not ready.
HEALTHCHECK --interval=30s --timeout=5s --start-period=3m --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]

ENTRYPOINT ["lectern"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8765"]
