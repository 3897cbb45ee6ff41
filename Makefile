# Every target sets up .venv by itself, once, and again when pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
PIP    := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SETUP  := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test coverage check proto docs screenshots bench clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: $(VENV)/.installed ## install, then open the terminal UI on a core of its own
	@$(BIN)/sipbreakout demo

test: $(VENV)/.installed-dev ## run every test, as many at once as there are cores
	$(PY) -m pytest --numprocesses auto --dist worksteal $(ARGS)

coverage: $(VENV)/.installed-dev ## run every test, and show what they reach: all branches of the model, 90 % of the rest
	$(PY) -m pytest --numprocesses auto --dist worksteal --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --include='model/*' --skip-covered --fail-under=100
	$(BIN)/coverage report --omit='model/*' --skip-covered --fail-under=90 --sort=cover

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
	rm -rf $(VENV) build dist htmlcov .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installed: $(SETUP) | $(PY)
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(SETUP) | $(PY)
	$(PIP) --editable '.[dev]'
	@touch $(VENV)/.installed $@
