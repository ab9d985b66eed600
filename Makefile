# The commands of this repository; `make help` lists them. All of them work in .venv, made with $(PYTHON).
PYTHON ?= python3
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

test: $(READY)  ## run the whole suite; ./test.py takes pytest's arguments
	$(BIN)/python test.py $(ARGS)

lint: $(READY)  ## flake8
	$(PIP) flake8
	$(BIN)/python -m flake8

docs: $(READY)  ## build the documentation to docs/_build/index.html
	$(PIP) -r docs/requirements.txt
	$(BIN)/python -m sphinx -n -W --keep-going -b html docs docs/_build

documentation: docs

bench: $(READY)  ## run the benchmarks; `make bench TO=docs/pictures` keeps the figures and the plots
	@$(PIP) -r benchmarks/requirements.txt
	@$(BIN)/python benchmarks/run.py $(if $(TO),--to $(TO))

venv: $(READY)  ## make .venv, with what the tests need

clean:  ## remove what the other commands made
	rm -rf $(VENV) .tox .hypothesis .pytest_cache build dist docs/_build *.egg-info
	find . -name __pycache__ -exec rm -rf {} +

$(READY): tests/requirements.txt
	@echo "Making $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r tests/requirements.txt
	@touch $@

.PHONY: help demo server test lint docs documentation bench venv clean
