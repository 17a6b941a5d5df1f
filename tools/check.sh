#!/bin/sh
# What `make check` runs: everything that can be said of the code without running the product.
set -eu

step() { printf '== %s\n' "$*"; }

step ruff
ruff check .
ruff format --check .

step mypy
mypy .

step import-linter
lint-imports

step migrations
# No database is needed to see whether models and migrations agree; Django would warn that it has none.
LOG_LEVEL=ERROR DJANGO_SETTINGS_MODULE=shortener_project.settings.test python -W "ignore::RuntimeWarning" manage.py makemigrations --check --dry-run

step "check --deploy"
env -u DATABASE_URL -u REDIS_URL -u CLICKHOUSE_URL \
  DJANGO_SETTINGS_MODULE=shortener_project.settings.production \
  SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" PUBLIC_URL=https://sho.rt \
  python manage.py check --deploy --fail-level INFO

step ok
