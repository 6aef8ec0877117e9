# One command each: `make run` for a first morning list, `make test` for what CI runs.
SHELL := /bin/bash
# Settings of .env.example, where somebody copied it.
-include .env
export
UV_COMPILE_BYTECODE := 1
DO_NOT_TRACK := 1

VENV := .venv
BIN := $(VENV)/bin
# Any Python 3.11 or newer; uv is bootstrapped into the environment where it is missing.
PYTHON ?= python3
STAMP := $(VENV)/.installed
# Apache Superset pins an older web stack, so it has an environment of its own.
BI_VENV := .venv-bi
BI_STAMP := $(BI_VENV)/.installed
BI_LOCK := dashboard/superset/requirements.lock
BI_PORT ?= 8088

.PHONY: run test lint bench ui bi docs clean install

run: $(STAMP)
	@$(BIN)/encours simulate --if-missing
	@$(BIN)/encours run

test: $(STAMP) lint
	@$(BIN)/python -m orchestration.dbt
	@$(BIN)/pytest -n 2 --dist loadfile

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests --disable-progress-bar | tail -20; exit $${PIPESTATUS[0]}

bench: $(STAMP)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

ui: $(STAMP)
	@$(BIN)/encours simulate --if-missing
	@$(BIN)/encours ui

# Apache Superset on the publication, on this machine only; names and passwords where it says.
bi: $(BI_STAMP)
	@$(BI_VENV)/bin/python -m dashboard.superset --port $(BI_PORT)

# One self-contained page: every table, column, formula and test, and the lineage. Needs a day that has run.
docs: $(STAMP)
	@$(BIN)/encours docs

install: $(STAMP)

# The locked set, each file checked against its hash; the project itself on top.
$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  echo "Installing the locked dependencies …"; \
	  $$UV pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock && \
	  $$UV pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(BI_STAMP): $(BI_LOCK)
	@test -x $(BI_VENV)/bin/python || $(PYTHON) -m venv $(BI_VENV)
	@command -v uv >/dev/null || test -x $(BI_VENV)/bin/uv || $(BI_VENV)/bin/python -m pip install --quiet uv
	@UV=$$(command -v uv || echo $(BI_VENV)/bin/uv); \
	  echo "Installing Apache Superset …"; \
	  $$UV pip sync --quiet --python $(BI_VENV)/bin/python --require-hashes $(BI_LOCK)
	@touch $@

clean:
	rm -rf $(VENV) $(BI_VENV) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
