# Every target is at most three lines; CI calls the same ones. ARGS="…" goes to the command behind a target.
BIN := .venv/bin
ARGS ?=
#: Test processes at once.
JOBS ?= 5
# The first Python that is new enough and can make virtual environments (Debian ships that part in a package of its own).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; break; }; done)
NO_PYTHON = Quxun needs Python 3.11 or newer with its venv module; found $$(python3 --version 2>/dev/null || echo none). On Debian and Ubuntu: apt-get install python3-venv. Or name one: make install PYTHON=/path/to/python3
# Compiled once, wherever processes are told not to keep what they compile: a run starts several.
PACKAGES = crawler demo quxun scheduler storage text web
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet
# The build backend is locked too, so that nothing is fetched unhashed when the package itself is built.
COMPILE = "$(PYTHON)" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' | build/lock/bin/uv pip compile - pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' $(ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo crawl test lint types contracts check bench bench-reading lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.installed ## make .venv with the locked dependencies and the command .venv/bin/quxun
	@:

.venv/.locked: requirements.lock
	@test -n "$(PYTHON)" || { echo "$(NO_PYTHON)" >&2; exit 1; }
	@echo "Installing the locked dependencies into .venv (about a minute the first time)." && "$(PYTHON)" -m venv --clear .venv
	@$(PIP) --no-deps --require-hashes -r requirements.lock && touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable . && $(BIN)/python -m compileall -q $(PACKAGES) && touch $@

demo: install ## crawl a miniature district on this machine and show what came in
	@$(BIN)/quxun demo $(ARGS)

crawl: install ## crawl the district's sources, or those named in ARGS
	@$(BIN)/quxun crawl $(ARGS)

test: install ## run the tests (ARGS="-k words" for some, JOBS=8 on a larger machine)
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: install ## check format and style
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: install ## check the types
	@$(BIN)/mypy

contracts: install ## check which package imports which
	@$(BIN)/lint-imports

check: lint types contracts test ## everything that CI checks

bench: install ## measure; the results belong into docs/performance.md
	@$(BIN)/python -m benchmarks $(ARGS)

bench-reading: install ## measure how labelled pages are read (ARGS=--peers measures other extractors again)
	@$(BIN)/python -m benchmarks.reading $(ARGS)

lock: ## pin the dependencies of pyproject.toml anew (ARGS=--upgrade takes the newest)
	@"$(PYTHON)" -m venv --clear build/lock && build/lock/bin/python -m pip install --quiet uv
	@$(COMPILE) --extra dev --output-file requirements.lock
	@$(COMPILE) --constraints requirements.lock --output-file requirements-run.lock

clean: ## remove everything that was made here, but no data
	@rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
