# Each target does its own set-up: with Python 3.11+ and make, a fresh clone needs nothing else.
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test bench lint fmt messages messages-compiled setup
MAKEFLAGS += --no-print-directory

help: ## Say what each target does
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: setup messages-compiled ## Run the portal with the WECD programme and living data, on PORT (8000)
	@$(PYTHON) scripts/system_libraries.py demo
	@PORT=$(PORT) exec $(RUN) scripts/demo.py

demo-reset: setup ## Forget the demonstration's data; the next `make demo` starts over
	@$(RUN) scripts/demo.py --reset

test: setup messages-compiled ## Check everything CI checks
	@$(PYTHON) scripts/system_libraries.py demo test
	@$(RUN) scripts/check.py

bench: setup messages-compiled ## Measure against goals, side by side, on a million rows (ROWS=api: only those)
	@$(PYTHON) scripts/system_libraries.py demo bench
	@$(RUN) tests/load/bench.py $(ROWS)

lint: setup ## The quick checks only: format, lint, types, layers, repository
	@$(RUN) scripts/check.py --quick

fmt: setup ## Format the code
	@$(RUN) -m ruff check --fix --quiet . ; $(RUN) -m ruff format --quiet .
	@$(RUN) scripts/join_styles.py

messages: setup ## Bring locale/*.po up to date with the code
	@$(PYTHON) scripts/system_libraries.py test
	@$(RUN) scripts/messages.py

messages-compiled: setup
	@$(RUN) scripts/messages.py --compile

setup:
	@$(PYTHON) scripts/setup.py
