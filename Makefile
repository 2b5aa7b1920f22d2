# make demo   a whole print window, set-up included
# make test   every test, set-up included (Debian packages too, when root)
# make check  format, lint, types, imports
# make bench  the tables of docs/performance.md
# make simulate SEEDS=2000   so many print windows on a virtual clock, each with troubles of its own
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?=
SEEDS ?= 200

DEBIAN := cups-daemon cups-client cups-ipp-utils cups-filters cups-core-drivers libcups2-dev dbus \
          qpdf poppler-utils ghostscript gcc python3-dev

# What the composing benchmark measures us against; the product needs none of it, and what is absent is left out.
PEERS := fop libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
NODE := build/bench/node

.PHONY: demo test check bench simulate cups format clean

demo: $(BIN)/.demo-ready
	$(BIN)/mailroom demo $(DEMO)

test: $(BIN)/.test-ready
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(BIN)/.check-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BIN)/.bench-ready
	$(BIN)/python -m benchmarks

simulate: $(BIN)/.check-ready
	$(BIN)/python -m tests.world.virtual --seeds $(SEEDS)

# What `mailroom demo --queue cups` and [queue] kind = "cups" need.
cups: $(BIN)/.test-ready

format: $(BIN)/.check-ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { echo "Python 3.11 with venv is needed: apt-get install python3-venv"; exit 1; }

$(BIN)/.demo-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(BIN)/.check-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@ $(BIN)/.demo-ready

$(BIN)/.test-ready: pyproject.toml constraints.txt | $(BIN)/python
	@missing=$$(for each in $(DEBIAN); do dpkg -s $$each >/dev/null 2>&1 || echo $$each; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	  else echo "These Debian packages are needed: apt-get install" $$missing; exit 1; fi; fi
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cups,test]'
	touch $@ $(BIN)/.demo-ready $(BIN)/.check-ready

$(BIN)/.bench-ready: pyproject.toml constraints.txt benchmarks/peers/package.json | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench,test]'
	@missing=$$(for each in $(PEERS); do dpkg -s $$each >/dev/null 2>&1 || echo $$each; done); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ]; then \
	  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; } \
	  || echo "Not installed, so left out:" $$missing; fi
	@if command -v npm >/dev/null; then mkdir -p $(NODE) && cp benchmarks/peers/package.json $(NODE) && \
	  npm install --prefix $(NODE) --no-package-lock --no-audit --no-fund --silent \
	  || echo "Not installed, so left out: PDFKit"; fi
	touch $@ $(BIN)/.demo-ready $(BIN)/.check-ready

clean:
	rm -rf build $(VENV)
