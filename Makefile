# Liaison hub. `make` alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help machine demo test test-airflow lint types unit bench accuracy test-contracts train chaos clean screenshot lock

help: ## Say what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## From a spoken meeting to signed-off-ready minutes, on this machine, with a page to look at
	@scripts/setup run
	@.venv/bin/hub demo

test: ## Set up, then every check and test
	@scripts/setup test
	@scripts/test

lint: ## Style, layers, generated files
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy

unit: ## Only the fast tests
	@.venv/bin/pytest tests/unit tests/contract

bench: ## Figures of speed and accuracy, with the peers in the same run
	@.venv/bin/python bench/minutes.py

accuracy: ## Every figure of docs/accuracy.md again, for the night: fails when one has dropped (needs ../shared/eval)
	@nice -n 10 .venv/bin/hub models evaluate

train: ## Train the meeting extractor again (SEED=n; under two hours of one core; needs pip install .[train], ../shared/eval)
	@nice -n 10 .venv/bin/python -m models.training.train --seed $(or $(SEED),1)

chaos: ## End workers, brokers and PostgreSQL at random: KILLS=n SEED=n; the last line is what was lost and doubled
	@.venv/bin/python bench/chaos.py --kills $(or $(KILLS),20) --seed $(or $(SEED),1) $(if $(EVENTS),--events $(EVENTS))

machine: ## Two systems and the hub under anything in any order, for as long as one likes: EXAMPLES=n SEED=n
	@MACHINE_EXAMPLES=$(or $(EXAMPLES),200) MACHINE_SEED=$(or $(SEED),1) .venv/bin/pytest tests/integration/test_sync_machine.py

test-contracts: ## Connectors through Prism (from npm, into .prism) to our servers, held to the vendors' OpenAPI files both ways
	@.venv/bin/pytest tests/prism/vendors.py tests/prism/vendors_said.py

test-airflow: ## Install a real Airflow into .airflow and run the DAGs of pipelines/ against a hub
	@scripts/test-airflow

screenshot: ## Take the README's picture of the demo page again
	@scripts/screenshot

lock: ## Write the lock files again (hashes, no addresses)
	@uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra build --extra test pyproject.toml -o requirements-test.lock
	@uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra build pyproject.toml -c requirements-test.lock -o requirements.lock

clean: ## Remove what the build made (not HUB_HOME)
	rm -rf .venv out build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
