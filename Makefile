# Everything a developer, an operator trying it out, or CI runs. `make help` lists it.
# A fresh machine needs Python 3.11 or newer with its venv module, and make.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
LOCK   := requirements.lock
LOCKED_EXTRAS := images xlsx issuer registry pkcs11 dev

DEMO_DIR ?= var/demo
PORT     ?= 8080
BIND     ?= 127.0.0.1
PUBLIC_URL ?= http://127.0.0.1:$(PORT)
export PORT BIND PUBLIC_URL

# More words for the tool behind a target: `make test ARGS="tests/keys -x"`.
ARGS ?=

PACKAGES := schemas keys verifier issuer registry
TYPED    := $(PACKAGES) tests $(if $(wildcard bench/*.py),bench) $(if $(wildcard examples/*.py),examples) $(wildcard wsgi.py)
PYTEST   := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rs

.DEFAULT_GOAL := help
.PHONY: help venv demo demo-data test check lint types contracts format bench fuzz vectors tables torture wheel lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(STAMP) ## create .venv from the lock file and install the project into it

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with PYTHON=…")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@# The lock file is complete: nothing is resolved anew, so that a newer release of anything changes nothing here.
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(LOCK)
	PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## issue a demonstration scheme and serve it (PORT=8080 BIND=127.0.0.1 DEMO_DIR=var/demo)
	$(PY) examples/demo.py --home $(DEMO_DIR) serve

demo-data: $(STAMP) ## the same, but stop before serving
	$(PY) examples/demo.py --home $(DEMO_DIR) data

test: $(STAMP) ## run every test this machine can run; what was left out is listed at the end
	$(PYTEST) $(ARGS)
	@echo 'Lines beginning with SKIPPED above say what was left out and what to install for it.'
	@echo 'Never part of this run: make fuzz (long mutation runs), make torture (200 kills instead of 30).'

# Browsers and whole processes, started and killed. They run by themselves, not traced: that costs time, and of 21,000 statements
# they cover some fifty that the other tests do not.
WHOLE := tests/browser tests/life tests/torture

check: lint types contracts ## what CI runs: lint, types, import contracts, then every test, all but the slowest with the coverage gate
	$(MAKE) test ARGS="--cov --cov-report=term $(addprefix --ignore ,$(WHOLE)) $(ARGS)"
	$(MAKE) test ARGS="$(WHOLE) $(ARGS)"

lint: $(STAMP) ## ruff, both halves
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(STAMP) ## let ruff rewrite what it may
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types: $(STAMP) ## mypy --strict on source and tests
	$(PY) -m mypy $(TYPED)

contracts: $(STAMP) ## the arrows between packages
	$(VENV)/bin/lint-imports --no-logo

bench: $(STAMP) bench/.venv/.installed ## one table: our figure, the peer's or the limit's, ratio, goal
	PYTHONPATH=.:tests $(PY) -m bench.run --peers bench/.venv/bin/python $(ARGS)

bench/.venv/.installed: bench/peers-requirements.txt
	test -x bench/.venv/bin/python || $(PYTHON) -m venv bench/.venv
	bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r bench/peers-requirements.txt
	@touch $@

fuzz: $(STAMP) ## mutated bytes against every reader, and against the browser's, for long
	$(PYTEST) -m fuzz $(ARGS)

vectors: $(STAMP) ## write tests/vectors anew from tests/forge
	PYTHONPATH=.:tests $(PY) -m forge.write_vectors

tables: $(STAMP) ## write from schemas/repertoire.txt what both verifiers read of it
	PYTHONPATH=.:tests $(PY) -m forge.write_tables

torture: $(STAMP) ## kill real processes at 200 seeded places: does the log stay one log? (ARGS="--count 50 --seed 7")
	PYTHONPATH=.:tests $(PY) -m torture $(ARGS)

wheel: $(STAMP) ## build dist/*.whl
	$(PY) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

lock: ## write requirements.lock anew: names, versions and hashes, nothing else
	test -x var/lock/bin/uv || { $(PYTHON) -m venv var/lock && var/lock/bin/python -m pip install --quiet uv; }
	var/lock/bin/uv pip compile pyproject.toml $(addprefix --extra ,$(LOCKED_EXTRAS)) \
		--universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet $(ARGS) --output-file $(LOCK)
	@if grep -n '://' $(LOCK); then echo 'the lock file names an address' >&2; exit 1; fi

clean: ## remove what tools left behind (not .venv, not var)
	rm -rf dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find $(PACKAGES) tests bench examples -name __pycache__ -type d -prune -exec rm -rf {} +
