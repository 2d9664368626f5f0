# Two commands need nothing prepared but Python 3.11 or later: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test console lint types contracts check wheel-test test-oldest benchmark clean

$(BIN)/activate: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group test
	touch $(BIN)/activate

$(VENV)/.lint: $(BIN)/activate
	$(BIN)/python -m pip install --quiet --group lint
	touch $(VENV)/.lint

demo: $(BIN)/activate
	$(BIN)/python examples/play_demo.py

test: $(BIN)/activate
	$(BIN)/python -m pytest -n auto

console: $(BIN)/activate
	cd examples/sales && $(abspath $(BIN))/ipython --ext=ipyprod

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/black --check --quiet ipyprod

types: $(VENV)/.lint
	$(BIN)/mypy

contracts: $(VENV)/.lint
	$(BIN)/lint-imports

check: lint types contracts test wheel-test

# The built wheel, installed in an environment of its own and used away from the checkout.
wheel-test: $(BIN)/activate
	$(BIN)/python tests/wheel/check_wheel.py

test-oldest: $(BIN)/activate
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)-oldest/bin/python -m pip install --quiet "ipython==8.18.1" --editable . --group test
	$(VENV)-oldest/bin/python -m pytest -n auto tests/shell

benchmark: $(BIN)/activate
	$(BIN)/python tests/benchmarks/bench_watching.py

clean:
	rm -rf $(VENV) $(VENV)-oldest build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis demo
