# Every target works from a bare clone; the environment is made in .venv as far as it is needed.
#
# PYTHON       the interpreter that .venv is made with
# PYTEST_ARGS  options of `make test`, e.g. make test PYTEST_ARGS='-x tests/test_streams.py'
# LOCK_ARGS    options of `make lock`, e.g. make lock LOCK_ARGS=--upgrade

PYTHON ?= python3
PYTEST_ARGS ?= -n auto --maxprocesses 4 --dist loadfile
LOCK_ARGS ?=

SHELL = /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
LOCK_VENV := build/lock-venv
REPORT := build/report
STUDIES := build/studies

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
# Else each of the tests' commands compiles the package anew.
export PYTHONDONTWRITEBYTECODE =

PIP := $(BIN)/python -m pip
COMPILE = $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(LOCK_ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help report test check docs bench bench-compare growth attack synthetic checksums learned measured backtests lock clean wheelhouse offline environment experiments

help: ## list the targets
	@echo 'make report       write the report to $(REPORT)'
	@echo 'make experiments  run the experiments, hold them against their baselines'
	@echo 'make test         run the tests'
	@echo 'make check        lint, formatting, types, import floors, lock files'
	@echo 'make docs         build the documentation in build/docs'
	@echo 'make bench        run the benchmarks, results in build/bench'
	@echo 'make bench-compare FILE=earlier.json   the last run beside an earlier one'
	@echo 'make growth       time and memory against size, for the documentation'
	@echo 'make attack       200 chains of releases, 20,000 mutated inputs (SEED=N takes up at N)'
	@echo 'make offline      from a folder on a stick to a brief without a network, timed'
	@echo 'make synthetic    make data/synthetic anew, to the same bytes'
	@echo 'make checksums    say that the published data files are as they should be'
	@echo 'make environment  .venv with everything a developer needs'
	@echo 'make wheelhouse   build/wheelhouse: installs without a network (PLATFORM=win_amd64 FOR=3.12 EXTRA=arrow)'
	@echo 'make lock         write requirements/*.txt anew (LOCK_ARGS=--upgrade for newer versions)'
	@echo 'make clean        remove .venv and everything that was built'

# ---------------------------------------------------------------- environment
#
# A stamp is touched as the last step of what it stands for, so that an interrupted
# installation is taken up again. The floors rest on one another: run < test < dev.

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'riskmodel needs Python 3.11 or newer, and "$(PYTHON)" is not:' \
			'name another one, as in  make PYTHON=python3.12' >&2; exit 1; }
	@echo 'Making the environment in $(VENV): the first time takes a minute or so.'
	@$(PYTHON) -m venv --clear $(VENV) || { \
		echo 'Could not make a virtual environment (on Debian and Ubuntu: install python3-venv).' >&2; \
		exit 1; }
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/run: requirements/run.txt $(STAMPS)/python
	@$(PIP) install -qq --require-hashes -r requirements/run.txt
	@touch $@

$(STAMPS)/package: pyproject.toml $(STAMPS)/run
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/run | $(STAMPS)/package
	@echo 'Installing what the tests need.'
	@$(PIP) install -qq --require-hashes -r requirements/test.txt
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/test
	@echo 'Installing the checkers and what builds the documentation.'
	@$(PIP) install -qq --require-hashes -r requirements/dev.txt
	@touch $@

environment: $(STAMPS)/dev ## .venv with everything a developer needs

# ---------------------------------------------------------------- use

report: $(STAMPS)/package ## write the report
	@$(BIN)/python -m riskmodel report --out $(REPORT)
	@echo 'The report: $(REPORT)/index.html'

# What is finished is kept: a run that was stopped goes on where it was. Fails when a number moved.
# With a panel of authorities the backtest runs too: make experiments INPUTS='--input panel=PATH'
INPUTS ?=

experiments: $(STAMPS)/package ## run the experiments, hold them against their baselines
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
		$(BIN)/python -m riskmodel experiment run --all $(INPUTS)

# ---------------------------------------------------------------- development

# The workers share the cores, so each one's linear algebra keeps to a single thread.
test: $(STAMPS)/test ## run the tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST_ARGS)
	@# The readers again, as where the extra `arrow` is not installed.
	RISKMODEL_WITHOUT_PYARROW=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q tests/intake

check: $(STAMPS)/dev ## lint, formatting, types, import floors, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@# A study's folder is no package by its name: the checker sees it under one that is.
	@rm -rf $(STUDIES) && mkdir -p $(STUDIES)
	@for study in experiments/*/; do \
		ln -s "$(CURDIR)/$$study" "$(STUDIES)/study_$$(basename "$$study" | tr - _)"; done
	MYPYPATH=$(STUDIES) $(BIN)/mypy $$(ls $(STUDIES) | sed 's/^/-p /')
	$(BIN)/lint-imports
	@if command -v tsc > /dev/null; then tsc -p tests/report/whatif; \
		else echo 'No tsc on this machine: the types of the what-if page are not checked.'; fi
	@if grep -nE '://|--(extra-)?index-url|--find-links|--trusted-host' requirements/*.txt; then \
		echo 'A lock file must name no address.' >&2; exit 1; fi
	@echo 'The lock files name no address.'

# All pages are read and executed anew (-E): they show what the code does now.
docs: $(STAMPS)/dev ## build the documentation, a warning fails
	$(BIN)/python -m sphinx -W --keep-going -E -q -j auto -b html -d build/doctrees docs build/docs
	@echo 'The documentation: build/docs/index.html'

bench: $(STAMPS)/test ## run the benchmarks
	@mkdir -p build/bench
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest tests/benchmarks \
		-o addopts='--strict-markers --import-mode=importlib' \
		--benchmark-only --benchmark-json=build/bench/benchmarks.json
	$(BIN)/python tests/benchmarks/summary.py write build/bench/benchmarks.json \
		build/bench/summary.json
	$(BIN)/python tests/benchmarks/report_profile.py build/bench/profile.json
	@echo 'The results: build/bench/benchmarks.json. The documentation shows docs/benchmarks.json'
	@echo 'and docs/profile.json: copy build/bench/summary.json and profile.json to them.'

bench-compare: $(STAMPS)/package ## the last run beside an earlier one
	@test -n '$(FILE)' || { echo 'Name the earlier results: make bench-compare FILE=earlier.json' >&2; exit 1; }
	@$(BIN)/python tests/benchmarks/summary.py compare '$(FILE)' build/bench/benchmarks.json

growth: $(STAMPS)/test ## time and memory against size
	@mkdir -p build/bench && rm -f build/bench/growth.json
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/benchmarks/growth.py all \
		build/bench/growth.json
	@echo 'The results: build/bench/growth.json; the documentation shows docs/growth.json.'

# A finding names its seed; a run that was stopped goes on with SEED=N.
SEED ?= 0
CHAINS ?= 200
INPUTS_ATTACKED ?= 20000

attack: $(STAMPS)/test ## chains of releases and mutated inputs
	$(BIN)/python tests/attacks/run.py chains $(CHAINS) $(SEED)
	$(BIN)/python tests/attacks/run.py inputs $(INPUTS_ATTACKED) $(SEED)
	@if $(BIN)/python -c 'import pytauargus' 2>/dev/null; \
		then $(BIN)/python tests/attacks/second_opinion.py 100 $(SEED); \
		else echo 'pytauargus is not installed: no second opinion of Tau-Argus.'; fi

# On this machine's own system: from the folder on a stick to a brief, step by step with its time.
offline: $(STAMPS)/package ## a brief on a machine without a network, timed
	$(BIN)/python tests/attacks/offline.py build/offline

synthetic: $(STAMPS)/package ## make data/synthetic anew
	@rm -rf build/synthetic
	$(BIN)/python -m riskmodel cohort reference --out build/synthetic
	@mkdir -p data/synthetic && cp build/synthetic/* data/synthetic/

# After a data file was changed on purpose: `riskmodel published verify` compares with these.
checksums: $(STAMPS)/package ## say that the published data files are as they should be
	@mkdir -p build
	$(BIN)/python -c "from riskmodel.published import checksums; print(checksums(), end='')" \
		> build/SHA256SUMS
	@mv build/SHA256SUMS riskmodel/published/data/SHA256SUMS

# Needs the authority panel, which does not ship: make learned PANEL=../somewhere/panel.csv
PANEL ?= ../shared/data/dfe/authority_panel_2010_2023.csv
LEARNED := riskmodel/parameters/data/demand_learned.toml

learned: $(STAMPS)/package
	@test -f '$(PANEL)' || { echo 'There is no panel $(PANEL): name one with PANEL=' >&2; exit 1; }
	@mkdir -p build
	$(BIN)/python -c "import sys; from pathlib import Path; \
		from riskmodel.demand.pooled.shipped import learn_shipped, shipped_text; \
		from riskmodel.demand.together import together_text; \
		from riskmodel.intake import read_panel; \
		panel = read_panel(Path(sys.argv[1])); \
		print(shipped_text(learn_shipped(panel)) + together_text(panel), end='')" \
		'$(PANEL)' > build/demand_learned.toml
	@mv build/demand_learned.toml $(LEARNED)

# What the projections were worth on the history of other authorities; takes some minutes.
MEASURED := riskmodel/demand/pooled/data/backtest_summary.csv

measured: $(STAMPS)/package
	@test -f '$(PANEL)' || { echo 'There is no panel $(PANEL): name one with PANEL=' >&2; exit 1; }
	@mkdir -p build
	$(BIN)/python -c "import sys; from pathlib import Path; \
		from riskmodel.demand.pooled.measured import measure_backtests, measured_text; \
		from riskmodel.intake import read_panel; \
		print(measured_text(measure_backtests(read_panel(Path(sys.argv[1])))), end='')" \
		'$(PANEL)' > build/backtest_summary.csv
	@mv build/backtest_summary.csv $(MEASURED)

backtests: $(STAMPS)/package
	@test -f '$(PANEL)' || { echo 'There is no panel $(PANEL): name one with PANEL=' >&2; exit 1; }
	@mkdir -p build
	$(BIN)/python docs/_backtests.py '$(PANEL)' > build/backtests.csv
	@mv build/backtests.csv docs/backtests.csv

$(LOCK_VENV)/stamp: requirements/lock-tool.in
	@$(PYTHON) -m venv --clear $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip install -qq -r requirements/lock-tool.in
	@touch $@

# The full set is solved first; the smaller ones take their versions from it.
lock: $(LOCK_VENV)/stamp ## write requirements/*.txt anew
	$(COMPILE) --extra arrow --extra test --extra scale --extra dev --extra docs pyproject.toml requirements/build.in \
		-o requirements/dev.txt
	$(COMPILE) --extra arrow --extra test --extra scale pyproject.toml requirements/build.in \
		-c requirements/dev.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml requirements/build.in \
		-c requirements/dev.txt -o requirements/run.txt

# Carried to a machine that has no network: INSTALL.txt in it says how to install from it.
# EXTRA=arrow takes pyarrow along, for Parquet.
PLATFORM ?= win_amd64
FOR ?= 3.12
EXTRA ?=

wheelhouse: $(STAMPS)/package ## a folder that installs without a network
	$(BIN)/python requirements/wheelhouse.py $(PLATFORM) $(FOR) build/wheelhouse $(EXTRA)
	@echo 'The folder: build/wheelhouse; it holds INSTALL.txt.'

clean: ## remove .venv and everything that was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis .benchmarks docs/api
	find riskmodel tests docs -type d -name __pycache__ -prune -exec rm -rf {} +
