# foreseye. `make run` shows a screening; `make test` proves it. Bare `make` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
RUN_EXTRAS := cpu,heic,ui
SOAK_SECONDS ?= 1800
ALL_EXTRAS := cpu,heic,interop,postgresql,traces,train,export,ui,test

.DEFAULT_GOAL := list
.PHONY: list run test test-ray check bench soak audit golden protos schemas clean

list: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv/run-ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(RUN_EXTRAS)]"
	touch $@

.venv/all-ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(ALL_EXTRAS)]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps pvbm==3.0.1.8
	touch $@ .venv/run-ready

run: .venv/run-ready ## Screen two drawn eyes, then leave the server and the UI running.
	$(BIN)/foreseye demo

test: .venv/all-ready ## Run every test (browser tests skip without Chromium, saying so).
	$(BIN)/pytest

check: .venv/all-ready ## Format, lint, types, architecture and fast tests.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(BIN)/mypy & types=$$!; result=0; \
	  $(BIN)/pytest -q -m "not slow and not browser and not photographs and not soak and not ray" -x || result=1; \
	  wait $$types || result=1; exit $$result

bench: .venv/all-ready ## Time every stage on this machine.
	$(BIN)/foreseye bench

.venv/ray-ready: .venv/all-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[ray]"
	touch $@

test-ray: .venv/ray-ready ## Run a batch on Ray (installing Ray takes minutes, so it is apart).
	$(BIN)/pytest -q -m ray

soak: .venv/all-ready ## Half an hour of mixed load, switches, kills, abuse at length.
	mkdir -p build
	ABUSE_MESSAGES=50000 ABUSE_STREAMS=200000 ABUSE_CONNECTIONS=200 BUNDLE_SWITCHES=50 SERVER_KILLS=50 \
	  SOAK_SECONDS=$(SOAK_SECONDS) SOAK_REPORT=build/soak.json \
	  $(BIN)/pytest -q -m "not ray" tests/edge_runtime/service/test_abuse.py \
	  tests/edge_runtime/service/test_bundles.py tests/edge_runtime/service/test_killed_server.py \
	  tests/edge_runtime/service/test_mixed_load.py tests/edge_runtime/batch/test_resume.py

.venv/audit/ready: Makefile
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0 pip-audit==2.10.1
	touch $@

audit: .venv/all-ready .venv/audit/ready ## Write build/sbom.json (CycloneDX); judge licences and known holes.
	mkdir -p build
	.venv/audit/bin/cyclonedx-py environment $(BIN)/python --of JSON -o build/sbom.json
	$(BIN)/pip freeze --exclude-editable > build/packages.txt
	-.venv/audit/bin/pip-audit --no-deps --disable-pip -r build/packages.txt --format json -o build/advisories.json
	$(BIN)/python -m tests.audit_packages build/sbom.json build/advisories.json

golden: .venv/all-ready ## Rewrite golden files; then read `git diff` before you commit.
	$(BIN)/pytest -q --accept-golden tests/test_golden.py

protos: .venv/all-ready ## Regenerate the gRPC code.
	$(BIN)/python -m edge_runtime.wire.generate

schemas: .venv/all-ready ## Republish the JSON Schemas.
	$(BIN)/python -m edge_runtime.contracts.publish

clean: ## Remove the virtual environment and caches.
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .mypy_cache
