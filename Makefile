# One command each; `make help` lists them. Everything that is needed is installed on first use.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
export VENV ?= .venv
BIN := $(VENV)/bin
# Processes that share the tests.
WORKERS ?= 2
# Of `make test-full`: MARKED=full leaves out what `make test` has run.
MARKED ?= full or not full

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(VENV)/.embedded ## Start everything on one port (PORT=8000, VAR_DIR=var)
	@exec $(BIN)/python manage.py up

.PHONY: demo
demo: $(VENV)/.embedded ## Fill the running installation with a demo account
	@exec $(BIN)/python manage.py demo

.PHONY: test
test: $(VENV)/.dev $(VENV)/.parquet ## Run the tests on real engines (ARGS="-k name" for some of them)
	@$(PYTHON) tools/system_packages.py chromium || echo "Without it the tests in a browser are skipped."
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: test-full
test-full: $(VENV)/.dev $(VENV)/.parquet ## The same and those that need Kafka and Elasticsearch, which come with a JDK and Maven
	@$(PYTHON) tools/system_packages.py chromium || echo "Without it the tests in a browser are skipped."
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "$(MARKED)" $(ARGS)

.PHONY: check
check: $(VENV)/.dev $(VENV)/.parquet ## Lint, types, import rules, migrations, deployment check
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/check.sh

.PHONY: format
format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev ## Measure (NAME=redirect_hot for one figure)
	@$(PYTHON) tools/system_packages.py nginx wrk
	@exec $(BIN)/python -m bench $(NAME)

.PHONY: faults
faults: $(VENV)/.dev ## Play faults on real processes (NAME=F5 for one, SCALE=full for hours)
	@exec $(BIN)/python -m faults $(NAME)

.PHONY: requirements
requirements: $(VENV)/.dev ## Compile requirements/*.in to pinned files with hashes
	@compile="$(BIN)/uv --quiet pip compile --universal --generate-hashes --python-version 3.11 $(UPGRADE)"; \
	for name in base embedded dev; do \
	  $$compile --override requirements/overrides.txt --custom-compile-command "make requirements" \
	    --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done; \
	$$compile --custom-compile-command "make requirements" --output-file requirements/parquet.txt requirements/parquet.in

# What is installed is complete and pinned, so pip need not resolve anything (--no-deps); see
# requirements/overrides.txt for what is left out on purpose.
$(VENV)/bin/python:
	@$(PYTHON) tools/python_version.py
	@$(PYTHON) tools/system_packages.py venv
	@$(PYTHON) -m venv "$(VENV)"

$(VENV)/.%: requirements/%.txt | $(VENV)/bin/python
	@echo "installing requirements/$*.txt into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch "$@"
