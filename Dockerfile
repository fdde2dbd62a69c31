# One image for the web process, the worker, the beat, the imports and the migrations.
FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
RUN /venv/bin/pip install --require-hashes --requirement /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATE_DIR=/srv/portal/state \
    LOCK_DIR=/tmp
RUN useradd --system --uid 10001 --home-dir /srv/portal --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal /srv/portal /srv/portal/state /srv/portal/media
COPY --from=packages /venv /venv
WORKDIR /srv/portal/code
COPY . .
USER 10001
# The addresses are never dialled here: settings merely ask for them.
RUN SECRET_KEY=only-while-the-image-is-built DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--blocking-threads", "8", "portal.wsgi:application"]
