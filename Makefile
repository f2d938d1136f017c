# Every daily command. `make demo` and `make test` set up all they need; the others are their parts.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)
UV := .venv/bin/uv
READY := .venv/.ready
SOURCES := shared emulators functions run tests
WIDGET := run/widget/web
NODE := .venv/.node
PACKAGES := $(WIDGET)/node_modules/.ready
BUILT := run/widget/assets/manifest.json
EMPTY :=
UNITS := $(subst $(EMPTY) ,:,$(wildcard functions/* run/*))
export UV_LINK_MODE ?= copy
# Where Node.js is when the machine has none that will do.
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

$(READY): requirements.lock pyproject.toml shared/pyproject.toml emulators/pyproject.toml emulators/bigquery/requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "earpiece: Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	@test -x $(UV) || { echo "Creating .venv"; $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet "uv==$(UV_VERSION)"; }
	@echo "Installing what requirements.lock names"
	@$(UV) pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --editable shared --editable emulators
	@.venv/bin/python -m earpiece_emulators.bigquery_environment
	@touch $@

$(NODE): emulators/node/requirements.lock | $(READY)
	@.venv/bin/python -m earpiece_emulators.node_environment
	@touch $@

$(PACKAGES): $(WIDGET)/package.json $(WIDGET)/package-lock.json $(WIDGET)/.npmrc | $(NODE)
	@echo "Installing what the widget's package-lock.json names"
	@npm --prefix $(WIDGET) ci > /dev/null
	@touch $@

$(BUILT): $(PACKAGES) $(WIDGET)/tsconfig.json $(WIDGET)/vite.config.ts $(shell find $(WIDGET)/src -type f) | $(NODE)
	@echo "Building the widget"
	@npm --prefix $(WIDGET) run --silent build

setup: $(READY) $(BUILT) ## create the environment from the locks, and build the widget

widget: $(BUILT) ## build what agents' browsers load

extension: $(PACKAGES) ## build the browser extension into run/widget/assets/extension
	@npm --prefix $(WIDGET) run --silent build:extension

demo: $(READY) $(BUILT) ## start everything, play conversations, train, suggest; ONCE=1 ends when it worked
	@.venv/bin/earpiece demo $(if $(ONCE),--once)

test: check $(BUILT) ## every check and every test that needs no cloud
	@npm --prefix $(WIDGET) run --silent test -- --reporter=dot
	@.venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-browser: $(READY) $(BUILT) ## the widget in Chromium, whole; `make test` runs a short form of it
	@.venv/bin/python -m pytest tests/browser -n 2 --dist loadfile -m ""

test-faults: $(READY) $(BUILT) ## the long fault runs: 10,000 events, SIGKILLs, an outage of Pub/Sub
	@.venv/bin/python -m pytest tests/fault --override-ini timeout=1800 -s

bench: $(READY) $(BUILT) ## the measurements, each against its peer in the same run
	@.venv/bin/python -m pytest tests/bench --override-ini timeout=1800 -s

check: $(READY) $(NODE) $(PACKAGES) ## style, types and the lines between the parts
	@.venv/bin/ruff format --quiet --check $(SOURCES)
	@.venv/bin/ruff check --quiet $(SOURCES)
	@.venv/bin/mypy
	@PYTHONPATH=$(UNITS) .venv/bin/lint-imports --no-cache > .venv/imports.log || { cat .venv/imports.log; exit 1; }
	@npm --prefix $(WIDGET) run --silent check

format: $(READY) ## put the sources in shape
	@.venv/bin/ruff check --quiet --fix $(SOURCES); .venv/bin/ruff format --quiet $(SOURCES)

lock: ## resolve the lock again, keeping what still fits
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-package earpiece --no-emit-package earpiece-emulators \
	  --group dev pyproject.toml --output-file requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links emulators/bigquery/requirements.in --output-file emulators/bigquery/requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links emulators/node/requirements.in --output-file emulators/node/requirements.lock

.PHONY: help setup widget extension demo test test-browser test-faults bench check format lock
