# make run    the portal with all it needs, on http://127.0.0.1:8000/ (PORT=8001 make run for another port)
# make test   every check and every test
.PHONY: run test lint format shell setup lock help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

# make setup  install what is needed into .venv (the other targets do it too)
setup:
	@.ci/setup

run: setup
	@exec .venv/bin/python -m embedded_services run --bound

test: setup
	@.ci/chromium
	@.venv/bin/python -m embedded_services test -- .ci/checks
	@.venv/bin/python -m pytest -n 2 -q

# make lint   only the checks
lint: setup
	@.venv/bin/python -m embedded_services test -- .ci/checks

# make format  put the code into the form that the checks ask for
format: setup
	@.venv/bin/ruff check --quiet --fix . || true
	@.venv/bin/ruff format --quiet .
	@find . -name '*.html' -not -path './.*' -exec .venv/bin/djade --target-version 5.2 {} + || true

# make shell  a Python shell with the portal's models
shell: setup
	@.venv/bin/python manage.py shell

# make lock   write requirements*.txt anew from requirements*.in
lock: setup
	@for name in requirements requirements-dev; do \
		.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			--no-emit-index-url --custom-compile-command "make lock" $$name.in --output-file $$name.txt || exit 1; \
	done
