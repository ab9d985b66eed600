# The commands of this repository; `make help` lists them. All of them work in .venv, made with $(PYTHON).
PYTHON ?= python3
# The tests wait half of the time, so four of their processes keep two cores busy.
WORKERS ?= 4
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Another Python makes another .venv.
READY := $(VENV)/ready-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

demo: $(READY)  ## render pages of a small application with and without a pipeline, on a private server
	@$(BIN)/python -m examples.demo

server: $(READY)  ## start a Redis server to play with, on port 6379 of this machine alone
	@$(BIN)/python -m examples.server

test: $(READY)  ## run the whole suite, in $(WORKERS) processes; ./test.py takes pytest's arguments
	$(BIN)/python test.py -n $(WORKERS) $(ARGS)

coverage: $(READY)  ## tell which lines and branches the suite misses on Python 2.7 and 3.13 together
	$(PIP) 'tox>=4,<4.5' 'virtualenv<20.22'
	$(BIN)/python -m tox run -e py27-coverage,py313-coverage,coverage

lint: $(READY)  ## flake8, and the order of imports
	$(PIP) flake8 isort
	$(BIN)/python -m flake8
	$(BIN)/python -m isort --check --diff .

docs: $(READY)  ## build the documentation to docs/_build/index.html
	$(PIP) -r docs/requirements.txt
	$(BIN)/python -m sphinx -n -W --keep-going -b html docs docs/_build

documentation: docs

bench: $(READY)  ## run the benchmarks; `make bench TO=docs/pictures` keeps the figures and the plots
	@$(PIP) -r benchmarks/requirements.txt
	@$(BIN)/python benchmarks/run.py $(if $(TO),--to $(TO))

venv: $(READY)  ## make .venv, with what the tests need

clean:  ## remove what the other commands made
	rm -rf $(VENV) .tox .coverage* .hypothesis .pytest_cache build dist docs/_build *.egg-info
	find . -name __pycache__ -exec rm -rf {} +

$(READY): tests/requirements.txt
	@echo "Making $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r tests/requirements.txt
	@touch $@

.PHONY: help demo server test coverage lint docs documentation bench venv clean
