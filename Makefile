# make demo    everything, on a real CKAN on this machine: environment, servers, check, build, publish, verify, site
# make test    the same set-up, then all the tests, those against the real CKAN and in a real browser included
# make check   the inner loop: style, types, contracts and the tests that need no server; under a minute
# make prove-* what the tests show on a seeded sample, in full;  make bench-*  the speeds, as ratios
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CATALOGUES := $(shell find publish/dulieumo/locale -name '*.po')

.PHONY: demo test test-ckan test-others check style types contracts browser locks translations clean prove-ckan prove-check prove-build \
        prove-site bench-check bench-build bench-ckan bench-site bench-scale stop

demo: $(READY)
	$(BIN)/dulieumo demo

# Two halves side by side, each told when it ends: the tests that use a CKAN wait for it most of their time.
test: $(READY) style types contracts browser
	$(BIN)/dulieumo ckan up
	$(MAKE) --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) test-ckan test-others

test-ckan: $(READY)
	$(BIN)/python -m pytest -m ckan

test-others: $(READY)
	$(BIN)/python -m pytest -m "not ckan"

check: $(READY) style types contracts
	$(BIN)/python -m pytest -m "not ckan and not browser and not slow and not s3" -q

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports --no-cache

browser: $(READY)
	$(BIN)/python -m tests.browser

prove-ckan: $(READY)
	$(BIN)/python -m pytest tests/ckan --prove
	DULIEUMO_TEST_CKAN=2.11.5 $(BIN)/python -m pytest tests/ckan --prove

prove-check: $(READY)
	$(BIN)/python -m pytest tests/check tests/rules tests/properties --prove

prove-build: $(READY)
	$(BIN)/python -m pytest tests/build --prove

# R is needed: apt-get install --no-install-recommends r-base-core
prove-site: $(READY)
	$(BIN)/python -m pytest tests/site tests/catalog tests/client tests/site/prove_r.py --prove

bench-check bench-build bench-ckan bench-site bench-scale: bench-%: $(READY)
	$(BIN)/python -m tests.bench.bench_$*

# The environment: exactly the locked packages, each checked against its hash.
$(READY): requirements/dev.txt pyproject.toml publish/hatch_build.py $(CATALOGUES)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# New versions of what pyproject.toml allows, locked with hashes and without any registry's address.
locks: $(READY)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --all-extras --group dev --output-file requirements/dev.txt pyproject.toml

translations: $(READY)
	$(BIN)/python -m tests.translations

stop:
	-$(BIN)/dulieumo serve --stop
	-$(BIN)/dulieumo ckan down

clean: stop
	rm -rf dist .cache .local-ckan $(VENV)
