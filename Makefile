# Every command makes the environment it needs; a second run finds it made and needs no network.
#
#   make demo      the AWS tutorial in Airflow, on real data, without an AWS account
#   make test      lint, then the tests on the newest Airflow
#   make test-all  the same, the slow suites, and the tests on the last Airflow 2
#   make differential          generated expressions beside real Hive, about an hour; RECORD=1 records answers for make test
#   make lint | format | docs | lock | clean
#
# PYTHON=python3.12 names the interpreter; otherwise the first suitable one on the PATH is taken.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

AIRFLOW3 := .venv
AIRFLOW2 := .venv-airflow2
PYTHON3 := $(AIRFLOW3)/bin/python
SCRIPTS3 := $(AIRFLOW3)/bin
PYTEST := -m pytest
# The fewest cases that each oracle must have answered, checked with CI set.
FLOORS := --floor dynamodb-local=250 --floor s3=14 --floor hdfs=1 --floor hive=15 --floor moto=4

.PHONY: help demo differential test test-all test-slow test-airflow2 unit ci-tests lint format docs lock clean env env-airflow2

help:
	@sed -n 's/^#   //p' Makefile

env:
	@requirements/install $(AIRFLOW3) requirements/airflow3.txt

env-airflow2:
	@requirements/install $(AIRFLOW2) requirements/airflow2.txt

demo: env
	@$(PYTHON3) -m demo

test: lint unit

unit: env
	$(PYTHON3) $(PYTEST) -m "not slow" $(FLOORS)

test-slow: env
	$(PYTHON3) $(PYTEST) -m slow

# `make test` and `make test-slow` in one run, so that one summary says what each oracle answered.
ci-tests: env
	$(PYTHON3) $(PYTEST) $(FLOORS)

# Needs the Hive rig. DIFFERENTIAL="--count 2000 --mode text" makes it shorter.
differential: env
	$(PYTHON3) -m tests.differential.run $(if $(RECORD),--record 2500,--matrix $(DIFFERENTIAL))
	$(if $(RECORD),,$(PYTHON3) -m tests.differential_queries --count 5000)

test-airflow2: env-airflow2
	$(AIRFLOW2)/bin/python $(PYTEST) -m "not slow" tests/hooks tests/operators tests/test_provider.py tests/test_dags.py tests/test_public.py

test-all: test test-slow test-airflow2

lint: env
	$(SCRIPTS3)/ruff check
	$(SCRIPTS3)/ruff format --check
	$(SCRIPTS3)/mypy
	$(SCRIPTS3)/lint-imports
	$(SCRIPTS3)/codespell

format: env
	$(SCRIPTS3)/ruff check --fix
	$(SCRIPTS3)/ruff format

docs: env
	$(PYTHON3) docs/generate_reference.py
	$(PYTHON3) docs/generate_conformance.py
	$(PYTHON3) docs/generate_support.py

# Newer versions of everything, on purpose; the result is committed.
lock:
	@requirements/install --lock requirements/airflow3.in requirements/airflow3.txt
	@requirements/install --lock requirements/airflow2.in requirements/airflow2.txt

clean:
	rm -rf .venv .venv-airflow2 .demo .cache dist build .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
