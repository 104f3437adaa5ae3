# `make reproduce` and `make test` set themselves up: Python >= 3.11 and make are all they need.
PYTHON ?= python3
# Tools are called as modules: the first lines of scripts in .venv/bin name the folder it was made in.
BIN := .venv/bin

reproduce: .venv/installed
	$(BIN)/python -m snakemake

test: .venv/installed
	$(BIN)/python -m pytest

# Faults at length: 20 kills, 500 configurations, the smoke preset twice.
test-faults: .venv/installed
	$(BIN)/python -m pytest --thorough tests/workflow/test_kills.py tests/workflow/test_faults.py \
	  tests/workflow/test_config.py tests/workflow/test_trust.py \
	  tests/workflow/test_smoke.py tests/unit/gan/test_checkpoint.py tests/unit/test_files.py \
	  tests/unit/test_store.py

# Root and a Debian: installs Slurm, starts a node, runs the smoke preset on it; docs/cluster.md.
test-cluster: .venv/installed
	$(BIN)/python -m pytest tests/cluster

lint: .venv/installed
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m ruff check
	$(BIN)/python -m snakefmt --check Snakefile rules
	$(BIN)/python -m snakemake --lint

# docs/paper.md and pretrained/README.md from their templates and the tables in reference/.
docs: .venv/installed
	PYTHONPATH=. $(BIN)/python docs/write_paper.py

# The lock is universal: one file for Linux and macOS, every file checked by its hash.
lock: .venv/installed
	$(BIN)/python -m uv pip compile --universal --fork-strategy fewest --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --all-extras --quiet \
	  --custom-compile-command "make lock" pyproject.toml --output-file envs/requirements.txt
	echo uv | $(BIN)/python -m uv pip compile --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --quiet \
	  --custom-compile-command "make lock" - --output-file envs/installer.txt

.venv/installed: envs/requirements.txt envs/installer.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("expected Python >= 3.11, " \
	  "found " + sys.version.split()[0] + "; name another, as in: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/installer.txt
	$(BIN)/python -m uv pip sync --python $(BIN)/python --require-hashes envs/requirements.txt envs/installer.txt
	touch $@

.PHONY: reproduce test test-faults test-cluster lint docs lock
