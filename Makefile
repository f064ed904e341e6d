# Every target depends on `setup`; nothing has to be installed by hand.
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv$(if $(filter file,$(origin PYTHON)),,-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp

.PHONY: setup lock generate check test stack stack-stop demo bench clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^## //p' Makefile

## make setup       creates .venv with the locked packages
setup: $(STAMP)

$(STAMP): $(VENV)/.packages pyproject.toml
	PYTHONWARNINGS='ignore:Editable installation' \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.packages: requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if v in ((3, 11), (3, 12)) else f"assay runs on Python 3.11 and 3.12, not {v[0]}.{v[1]}: try make PYTHON=python3.12")'
	@test ! -L $(VENV) || { echo '$(VENV) is a link, and making it anew would empty what it points to: make VENV=another, or remove the link.'; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

## make lock        pins and hashes of every package, one file for both Pythons, no addresses
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--all-extras pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		bench/peers/requirements.in -o bench/peers/requirements.lock

## make generate    JSON Schemas and the AsyncAPI document, Grafana's boards, tables and reference pages of the docs
generate: setup
	$(BIN)/python -m deploy.generated

## make check       ruff, mypy --strict, import-linter, nothing generated is stale
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.generated --check

## make test        all tests, those on real Kafka and Redis included (PYTHON=python3.12 picks another Python);
##                  PROCESSES of them at the same time, each with servers of its own
PROCESSES ?= 2
test: setup
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

## make chaos       faults under load, the long form: 100 killed workers, servers stopped, rolled back, full, slow; below an hour
.PHONY: chaos
chaos: setup
	CHAOS_LONG=1 $(BIN)/python -m pytest -s tests/chaos

## make stack       starts a real Kafka and Redis here and writes .stack/env, which every command finds
stack: setup
	@$(BIN)/python deploy/stack.py start

## make stack-stop  ends them; their data stay
stack-stop: setup
	@$(BIN)/python deploy/stack.py stop

## make demo        a simulated marketplace, judged before your eyes; needs neither Kafka nor Redis
demo: setup
	@$(BIN)/assay demo

## make docs        the documentation as a site, into out/docs; needs no network
.PHONY: docs
docs: setup
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -d out/docs-doctrees docs out/docs
	@echo "Open out/docs/index.html"

## make pictures    the pictures of the console, for the README and docs/moderators.md
.PHONY: pictures
pictures: setup
	@$(BIN)/python deploy/browser.py
	$(BIN)/python docs/pictures/take.py

## make guard       what judging an event takes, counted and not timed, against bench/guard.json
.PHONY: guard
guard: setup
	$(BIN)/python bench/guard.py bytecodes --functions 20
	$(BIN)/python bench/guard.py instructions

## make bench       assay and other engines at the same job (bench/job.md): an hour or more on an idle machine;
##                  BENCH="--runs 1 --events 100000 --commit-seconds 2" tries it in a few minutes
BENCH ?= --restart
bench: peers
	$(BIN)/python bench/compare.py $(BENCH)

# What `make bench` needs beside `setup`: the peers' own environment, and Kafka Streams built by Maven.
.PHONY: peers
STREAMS := bench/peers/kafka_streams
peers: setup .venv-peers/.packages $(STREAMS)/target/.built

.venv-peers/.packages: bench/peers/requirements.lock
	$(PYTHON) -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/peers/requirements.lock
	@touch $@

$(STREAMS)/target/.built: $(STREAMS)/pom.xml $(wildcard $(STREAMS)/src/main/java/bench/*.java)
	@$(BIN)/python deploy/needed.py "Java 17 or newer" javac Maven
	rm -rf $(STREAMS)/target
	mvn --quiet --batch-mode --file $(STREAMS)/pom.xml compile dependency:copy-dependencies -DoutputDirectory=target/jars
	@touch $@

## make fuzz        each target under atheris for FUZZ_SECONDS (60), then a million bent messages through the judge
.PHONY: fuzz
FUZZ_SECONDS ?= 60
fuzz: setup
	@for target in events reference titles policy states stories console; do \
		$(BIN)/python -m tests.fuzz.run $$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 || exit 1; done
	$(BIN)/python -m tests.fuzz.judged

## make mutation    the Lua mutants, then mutmut over the core modules (MODULES="detectors.score ..."); hours
##                  SAMPLE=15: so many mutants of each module of detectors
.PHONY: mutation
mutation: setup
	$(BIN)/python -m tests.mutation.lua
	$(BIN)/python -m tests.mutation.run $(if $(SAMPLE),--sample $(SAMPLE)) $(MODULES)

## make supply      advisories for the lock, bills of materials into out/, licences of what is shipped
.PHONY: supply
supply: setup
	@$(BIN)/python -m deploy.supply
