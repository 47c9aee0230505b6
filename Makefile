# `make help` lists what there is. Everything sets itself up first (.ci/bootstrap).

# Programs of the virtual environment first, so that node is found where it came as a wheel.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
.DEFAULT_GOAL := help
.PHONY: help setup setup-test run db demo test lint types format words js pytest audit bench soak screenshots lock clean

help:  ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup:  ## install what running needs (Python packages, PostGIS, browser files)
	@sh .ci/bootstrap run

setup-test:  ## the same and what the checks need (linters, Chromium)
	@sh .ci/bootstrap test

run: setup  ## serve on http://127.0.0.1:8000 (PORT, MERIS_HOME, DATABASE_URL are honored)
	@exec meris serve

db: setup  ## bring the database's schema up to date
	@meris db migrate

demo: setup  ## load the exercise state into an empty database
	@meris demo

test: setup-test lint types js pytest  ## every check

lint: setup-test  ## style, formatting and the direction of imports
	ruff check
	ruff format --check
	bandit -q -ll -r meris geo
	lint-imports --no-logo

types: setup-test  ## mypy --strict on meris and geo
	mypy

js: setup-test  ## JavaScript tests
	node --test $$(find tests/js -name '*.test.js')

# a file stays with one process: its server and its world are made once
pytest: setup-test  ## Python and browser tests, on a PostGIS of their own
	pytest -n 2 --dist loadfile --no-loadscope-reorder

words: setup  ## bring the catalogs of other languages up to date with the code
	python -m meris.language

format: setup-test  ## put the Python code into its form
	ruff check --fix-only
	ruff format

audit: setup  ## ask whether faults are known of what is locked (needs a line; not in make test)
	@sh .ci/audit

bench: setup-test  ## measure everything beside its floor, 45 minutes (bench/RESULTS.md)
	python -m bench

soak: setup-test  ## half an hour of the exercise with 500 open feeds, to see what grows
	python -m bench soak

screenshots: setup-test  ## take the pictures of docs/images anew
	python -m bench.screenshots

lock: setup  ## pin the newest versions of all Python and npm packages
	pip install --quiet uv
	for part in '' -build -dev -node -audit; do \
		uv pip compile --quiet --no-config --no-header --universal --python-version 3.11 --upgrade \
			--generate-hashes --no-emit-index-url requirements$$part.in -o requirements$$part.txt; \
	done
	npm update --package-lock-only

clean:  ## remove everything that was built or installed in this folder (no data)
	rm -rf .venv .make node_modules static/vendor static/geo geo/data dist build
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
