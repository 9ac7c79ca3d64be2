# Two commands are all a newcomer needs: `make demo` and `make test`. Each makes the virtual environment if it is missing.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 3
# Where this is set, each of the processes that the tests start would compile the whole program for itself.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo run test check audit lint pytest compiled bench kill-test fuzz licenses lessons lock clean site

demo: $(VENV)/runs
	$(BIN)/python -m bot demo

run: $(VENV)/runs
	$(BIN)/python -m bot run

# Looking at types keeps one core busy: meanwhile another compiles the tests, once for all workers.
test: $(VENV)/tests
	@$(MAKE) --no-print-directory --jobs 2 lint compiled
	@$(MAKE) --no-print-directory pytest

check: test lessons licenses audit

# Looks the locked versions up in the public lists of known weaknesses; needs the internet.
audit: $(VENV)/tests
	$(PIP) install --quiet pip-audit
	$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

lint: $(VENV)/tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(VENV)/tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

compiled: $(VENV)/tests
	@$(BIN)/python -m pytest --collect-only -q >/dev/null 2>&1 || true

# Figures, each beside a baseline of the same run; BENCH=… for one of them.
bench: $(VENV)/tests
	$(BIN)/python -m tests.benchmarks $(BENCH)

# Kills the real bot again and again while lessons go out: ROUNDS, LEARNERS, SEED, KILL_DATABASE_URL.
kill-test: $(VENV)/tests
	$(BIN)/python -m tests.crash

# The licence of every package that comes with the bot; fails for one that nobody has looked at.
licenses: $(VENV)/tests
	$(BIN)/python -m tests.supply.licenses

# Throws hostile updates at the real bot: COUNT (a hundred thousand), SEED.
fuzz: $(VENV)/tests
	$(BIN)/python -m tests.fuzz

lessons: $(VENV)/runs
	$(BIN)/python -m bot lessons check

# What the bot needs to run, and what its tests need besides; both locked, with hashes.
$(VENV)/runs: requirements.lock
	@test -n "$(PYTHON)" || { echo "Kindling needs Python 3.11 or newer (on Debian and Ubuntu: apt install python3 python3-venv)."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(BIN)/python -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'kindling.pth').write_text('$(CURDIR)\n')"
	printf '#!%s\nfrom bot.cli import main\n\nmain()\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/kindling && chmod +x $(BIN)/kindling
	touch $@

$(VENV)/tests: requirements-dev.lock $(VENV)/runs
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

# The documentation as a site, in the folder site; any warning ends it.
site: $(VENV)/writes
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

$(VENV)/writes: requirements-docs.lock $(VENV)/runs
	$(PIP) install --require-hashes -r requirements-docs.lock
	touch $@

# Writes the lock files anew, with the newest versions that pyproject.toml allows.
lock:
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra docs -c requirements-dev.lock -o requirements-docs.lock pyproject.toml

clean:
	rm -rf $(VENV) dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
