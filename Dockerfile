# The dependencies come from requirements-run.lock: the part of requirements.lock that is needed at run
# time. A lock of its own, because pip in hash-checking mode takes a file whole: it can neither leave the
# dev extra out of one lock nor add hashes to an extra. `make lock` writes both, from one set of versions.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/quxun
COPY requirements-run.lock ./
# Wheels alone: this image has no compiler, and a package's own build would fetch what no hash covers.
RUN /opt/quxun/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements-run.lock
COPY LICENSE README.md pyproject.toml ./
COPY quxun quxun/
COPY crawler crawler/
COPY scheduler scheduler/
COPY storage storage/
COPY text text/
COPY web web/
COPY demo demo/
RUN /opt/quxun/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/quxun/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim
# A fixed number, so that the owner of the volume stays the same from image to image.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin quxun \
    && install --directory --owner quxun --mode 0750 /data
COPY --from=build /opt/quxun /opt/quxun
ENV PATH=/opt/quxun/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    QUXUN_HOME=/data
USER quxun
WORKDIR /data
VOLUME /data
# Where `quxun serve` answers.
EXPOSE 8620
# Most commands answer nobody: docker-compose.yml has the check of the one that does.
HEALTHCHECK NONE
ENTRYPOINT ["quxun"]
CMD ["--help"]
