# Everything a person needs; each target does its own set-up and is quick when there is nothing to do.
.DEFAULT_GOAL := help
.PHONY: help setup dev demo test check bench faults lock migration catalogue release-check image clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
# The processes in which tests run. Each has databases of its own.
WORKERS ?= 2

help:
	@echo "make demo       load the demo portfolio and serve it; needs Python 3.11 or newer and nothing else"
	@echo "make test       run every test"
	@echo "make check      style, types, import contracts, dead code, published schema"
	@echo "make bench      measure Tandem beside its peers and write docs/benchmarks.md; SCALE=50000 for millions of rows"
	@echo "make faults     kill servers, workers and databases under load, count what is lost and write docs/reliability.md"
	@echo "make setup      only create .venv with what is locked"
	@echo "make lock       lock the dependencies of pyproject.toml; UPGRADE=1 takes newer versions"
	@echo "make migration  draft a migration from the models: make migration m='Programmes get a colour'"
	@echo "make catalogue  write down which tables the last migration makes, once it is as it should be"
	@echo "make release-check  say what a release still lacks; the wheel is installed alone and runs the demo"
	@echo "make clean      remove .venv and what tools left (not your data in .tandem)"

setup: .venv/installed
dev: .venv/installed-dev

# That of the system comes first: distributions build Python with profile-guided optimisation, and it is a third faster
# than one that was compiled without.
.venv/bin/python:
	@bare=; for python in $(PYTHON) /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$python" -m venv .venv >/dev/null && exit 0; \
	    rm -rf .venv; \
	    bare="$$bare $$python"; \
	  fi; \
	done; \
	test -z "$$bare" || { \
	  echo "These cannot make virtual environments:$$bare. Install the venv package (Debian: python3-venv)." >&2; \
	  exit 1; \
	}; \
	echo "Tandem needs Python 3.11 or newer, and there is none: install one, or say where it is by" \
	  "make setup PYTHON=/path/to/python3" >&2; \
	exit 1

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing Tandem and what it needs into .venv"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing what tests and checks need into .venv"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup
	@exec $(BIN)/tandem demo

test: dev
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
# Fields of records, inputs and types are read by name, so of what looks dead only code is told.
	@echo "$(BIN)/vulture"; ! $(BIN)/vulture | grep -vE "unused (variable|attribute)"
	$(BIN)/tandem schema --check

# How many programmes, of 100 milestones each. The generated portfolios stay in .tandem/benchmarks for the next run.
SCALE ?= 500

bench: dev
	$(BIN)/python -m tests.benchmarks --scale $(SCALE)

# Kills, in an order drawn from the seed. Only a run of 200 or more is kept in docs/reliability.md.
KILLS ?= 200
SEED ?= 1

faults: dev
	$(BIN)/python -m tests.faults --kills $(KILLS) --seed $(SEED)

COMPILE := .venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 $(if $(UPGRADE),--upgrade) --extra build

lock: | .venv/bin/python
	@test -x .venv/lock/bin/uv || { $(BIN)/python -m venv .venv/lock && .venv/lock/bin/python -m pip install --quiet uv; }
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra tracing --constraints requirements.lock pyproject.toml --output-file requirements-image.lock
	$(COMPILE) --extra dev --constraints requirements-image.lock pyproject.toml --output-file requirements-dev.lock

migration: dev
	$(BIN)/python -m domain.migrations.draft "$(m)"

catalogue: dev
	$(BIN)/python -m domain.migrations.record

release-check: dev
	$(BIN)/python -m tests.release.check

image:
	docker build --tag tandem .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
