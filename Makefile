# Two commands set everything up: `make demo` and `make test`. Both are quick when run again.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 2
# Everything is installed here, so a test that is skipped for want of a library fails; and scikit-learn checks all.
ALL := ALL_TESTS=1 SCIPY_ARRAY_API=1
# .ci/run sets it: the share of lines and branches the fast tests run.
COVER ?=

.PHONY: demo test check lint types fast slow bench docs screenshots clean

demo: $(VENV)/.core  ## a made-up world, segmented: the persona table and a report in ./ilk-demo
	@$(BIN)/ilk demo

test: $(VENV)/.full debian fast slow  ## set-up, fast and slow tests

check: $(VENV)/.full lint types fast  ## ruff, mypy strict, fast tests

lint: $(VENV)/.full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.full
	$(BIN)/mypy

# Kernels are compiled once, before two workers could compile the same one.
fast: $(VENV)/.full
	$(BIN)/ilk doctor --quiet
	$(ALL) $(BIN)/python -m pytest -n $(WORKERS) -m "not slow" $(COVER)

slow: $(VENV)/.full debian
	$(BIN)/ilk doctor --quiet
	$(ALL) $(BIN)/python -m pytest -n $(WORKERS) -m slow

bench: $(VENV)/.bench  ## every speed and quality claim, measured side by side; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ilk into $(VENV) (a minute, once)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.full: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing ilk with all its tests into $(VENV) (two minutes, once)"
	@$(PIP) -e ".[test]"
	@touch $@ $(VENV)/.core

$(VENV)/.bench: $(VENV)/.full
	@$(PIP) -e ".[test,bench]"
	@touch $@

# The browser tests open real pages; Chromium comes from Debian where we may install it.
.PHONY: debian
debian:
	@if ! command -v chromium >/dev/null 2>&1 || ! command -v pdftoppm >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Debian's chromium and poppler-utils"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium poppler-utils fonts-dejavu-core >/dev/null; \
	  else \
	    echo "The browser tests need Debian's chromium and poppler-utils: apt-get install chromium poppler-utils" >&2; exit 1; \
	  fi; \
	fi

docs: $(VENV)/.full  ## the pages that are made from the code
	$(BIN)/python docs/make_reference.py

# Every page of the app, light, dark and narrow, into docs/screens: look at them.
screenshots: $(VENV)/.full debian
	@test -d ilk-demo/world || $(BIN)/ilk demo
	$(BIN)/python docs/make_screenshots.py

clean:
	rm -rf $(VENV) ilk-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
