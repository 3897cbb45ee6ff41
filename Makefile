# Every target sets up .venv by itself, once, and again when pyproject.toml or constraints.txt change.
# With another Python, beside it: make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
PIP    := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SETUP  := pyproject.toml constraints.txt
OLDEST := .venv-oldest
AUDIT  := .venv-audit
VERSION := -c 'import sys; print(*sys.version_info[:2], sep=".")'

ifeq ($(origin PYTHON),command line)
ifneq ($(shell test ! -x $(PY) || test "$$($(PYTHON) $(VERSION))" = "$$($(PY) $(VERSION))" || echo other),)
$(error $(VENV) is of another Python than PYTHON=$(PYTHON): name a folder for it, as in VENV=.venv-3.13)
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-oldest audit coverage soak check proto docs screenshots bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: $(VENV)/.installed ## install, then open the terminal UI on a core of its own
	@$(BIN)/sipbreakout demo

test: $(VENV)/.installed-dev ## run every test, as many at once as there are cores
	$(PY) -m pytest --numprocesses auto --dist worksteal $(ARGS)

coverage: $(VENV)/.installed-dev ## run every test, and show what they reach: all branches of the model, 90 % of the rest
	$(PY) -m pytest --numprocesses auto --dist worksteal --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --include='model/*' --skip-covered --fail-under=100
	$(BIN)/coverage report --omit='model/*' --skip-covered --fail-under=90 --sort=cover

test-oldest: $(OLDEST)/.installed ## run the tests with the oldest dependencies that pyproject.toml allows
	$(OLDEST)/bin/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

audit: | $(PY) ## look for known vulnerabilities in the versions of constraints.txt, if there is a network
	@$(PY) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit || echo 'pip-audit cannot be installed'
	@$(AUDIT)/bin/python tests/packaging/audit.py

soak: $(VENV)/.installed-dev ## kill core, keeper and commands at random for 30 minutes; ledger and core have to agree
	$(PY) -m tests.soak.soak --minutes 30 $(ARGS)

check: $(VENV)/.installed-dev ## format, lint, types, import directions, generated code, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) proto/generate.py --check
	$(PY) -m docs.generate --check

proto: $(VENV)/.installed-dev ## regenerate the code of the .proto files
	$(PY) proto/generate.py

docs: $(VENV)/.installed-dev ## regenerate the generated parts of docs/
	$(PY) -m docs.generate

screenshots: $(VENV)/.installed-dev ## take the pictures of the terminal UI in docs/screenshots/ again
	$(PY) -m docs.screenshot_files

bench: $(VENV)/.installed-dev ## run every benchmark, and write docs/performance.md
	$(PY) -m bench --write

clean: ## remove .venv, builds and caches
	rm -rf $(VENV) .venv-* build dist htmlcov .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	@$(PYTHON) -m venv --clear $(VENV) || { $(PYTHON) -c 'import ensurepip' 2>/dev/null || echo 'On Debian and Ubuntu, first: apt install python3-venv' >&2; exit 1; }

$(VENV)/.installed: $(SETUP) | $(PY)
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(SETUP) | $(PY)
	$(PIP) --editable '.[dev]'
	@touch $(VENV)/.installed $@

$(OLDEST)/.installed: $(SETUP) tests/packaging/oldest.py | $(PY)
	$(PY) -m venv --clear $(OLDEST)
	$(PY) tests/packaging/oldest.py > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(OLDEST)/constraints.txt \
		--editable '.[dev,keyring,web]'
	@touch $@
