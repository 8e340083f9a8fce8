# `make demo` and `make test` do everything on a fresh machine that has Python 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# tests start mistpm as users do: with its byte code kept
unexport PYTHONDONTWRITEBYTECODE

READY := $(VENV)/.ready
TOOLCHAIN ?= $${XDG_CACHE_HOME:-$$HOME/.cache}/mistpm/wasm-toolchain

.PHONY: help demo test lint unit slow registry modules messages golden bench clean

help:
	@echo "make demo      install a real application from the starter registry and show every step"
	@echo "make test      lint, types, and all tests"
	@echo "make unit      the fast tests only"
	@echo "make golden    write the golden transcripts again (review the diff)"
	@echo "make registry  pack the starter registry again, byte for byte"
	@echo "make modules   build the Rust modules of the starter registry again, byte for byte"
	@echo "make bench     measure what benchmarks/README.md tells"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python -m scripts.demo

test: lint unit slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -m "not slow" -n 2

slow: $(READY)
	$(BIN)/pytest -m slow -n 2

messages: $(READY)
	$(BIN)/python -m scripts.list_messages

golden: $(READY)
	GOLDEN=write $(BIN)/pytest -m "" tests/golden

registry: $(READY)
	@if [ -f "$(TOOLCHAIN)/toolchain.txt" ]; then scripts/build_modules.sh; \
	else echo "the Rust modules stay as they are; \`make modules\` builds them (490 MB of tools, Debian 12 on amd64)"; fi
	$(BIN)/python -m scripts.build_registry

modules:
	scripts/build_modules.sh

bench: $(READY)
	$(BIN)/python -m benchmarks.start_up

clean:
	rm -rf $(VENV) build dist
