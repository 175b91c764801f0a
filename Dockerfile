# The hub, for docker-compose.yml. Models are not part of it: `hub models fetch` puts them under /data.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /opt/hub && /opt/hub/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY models models
COPY hub hub
RUN /opt/hub/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends fontconfig libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
      fonts-noto-core fonts-noto-cjk apertium apertium-eng-spa apertium-es-pt apertium-spa-ita apertium-fr-es apertium-es-ca \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /data hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HUB_HOME=/data HUB_METRICS_PORT=9464
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=15s --timeout=10s --retries=4 --start-period=60s CMD ["python", "-m", "hub.cli.alive"]
ENTRYPOINT ["hub"]
CMD ["worker"]
