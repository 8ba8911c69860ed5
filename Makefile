# Lectern: `make run` to see it work, `make test` to check it. Safe to repeat.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install torch run demo test test-unit test-integration test-engines browser lint types check audit licences wheels dependencies sbom bench torture fuzz dist lock

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

install: $(VENV)/.installed ## make .venv and install the locked versions

torch: ## add the build of torch that fits this machine, for a GPU, for models that you name and for training
	$(PYTHON) tools/install.py --torch yes

run: demo ## index data/sample, ask it a question and open the web page
	$(BIN)/lectern web

demo: $(VENV)/.installed ## index data/sample and ask it a question; opens nothing
	$(BIN)/lectern sync data/sample --collection sample || test $$? -eq 1
	$(BIN)/lectern ask "How often does the lamp of the Brennick lighthouse flash?" --collection sample

# Four files at once on two cores, since many tests wait for processes; then two of the browser's, each with a server of its own.
test: $(VENV)/.installed-dev browser ## run all tests
	$(BIN)/pytest tests/integration tests/unit --numprocesses 4 --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest tests/e2e --numprocesses 2 --dist loadfile

test-unit: $(VENV)/.installed-dev ## run the tests that need no model and no index
	$(BIN)/pytest tests/unit

test-integration: $(VENV)/.installed-dev browser ## run the tests on real Chroma, SQLite and models
	$(BIN)/pytest tests/integration tests/e2e

test-engines: $(VENV)/.installed-dev ## run the integration tests with every index on PostgreSQL and a Chroma server
	LECTERN_TEST_ENGINES=1 $(BIN)/pytest tests/integration --numprocesses 2 --dist loadfile --no-loadscope-reorder

browser: ## install Chromium for the end-to-end tests, on Debian as root; they are skipped without it
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  (apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium chromium-driver) \
	  || echo "Chromium could not be installed: the end-to-end tests are skipped."; \
	else echo "There is no Chromium: the end-to-end tests are skipped. On Debian: apt-get install chromium"; fi

lint: $(VENV)/.installed-dev ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev ## check types
	$(BIN)/mypy

audit: $(VENV)/.installed ## look the locked versions up among known vulnerabilities
	$(BIN)/python -m tools.audit

sbom: $(VENV)/.installed ## write what Lectern is made of to build/lectern.cdx.json (CycloneDX)
	$(BIN)/python -m tools.sbom build/lectern.cdx.json

licences: $(VENV)/.installed ## check that the licences of the locked versions go with Lectern's
	$(BIN)/python -m tools.check_licences

wheels: $(VENV)/.installed ## check that the locked versions can be installed everywhere without a compiler
	$(BIN)/python -m tools.check_wheels

dependencies: $(VENV)/.installed ## write docs/dependencies.md: what is installed, how large, why
	$(BIN)/python -m tools.dependencies

check: lint types audit licences wheels ## check style, types, known vulnerabilities, licences and wheels

bench: $(VENV)/.installed-dev ## measure speed and recall: make bench FOLDER=... QUESTIONS=...
	$(BIN)/python -m benchmarks.ingest $(FOLDER)
	$(BIN)/python -m benchmarks.retrieval --folder $(FOLDER) --questions $(QUESTIONS)

KILLS := 10
torture: $(VENV)/.installed-dev ## hostile and broken files, kills and full disks, injected orders: make torture FOLDER="..." KILLS=200
	$(BIN)/python -m benchmarks.torture $(FOLDER)
	$(BIN)/python -m benchmarks.crashes --trials $(KILLS)
	$(BIN)/python -m benchmarks.injections

FUZZED := .txt .csv .eml .html .md .docx .pptx .xlsx .epub .odt .pdf
SECONDS_EACH := 60
fuzz: $(VENV)/.installed-dev ## let atheris look for inputs that break a parser: make fuzz FUZZED=".eml .csv" SECONDS_EACH=600
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-fuzz.lock
	for extension in $(FUZZED); do $(BIN)/python -m tests.fuzz $$extension --seconds $(SECONDS_EACH) || exit; done

dist: $(VENV)/.installed-dev ## build the wheel and the source archive into dist/
	$(BIN)/python -m build --outdir dist

lock: ## write the lock files from what .venv holds
	$(BIN)/python -m tools.lock

# The script does nothing where all is there already, and goes on where an installation was interrupted.
$(VENV)/.installed: requirements.lock requirements-models.lock requirements-torch.lock pyproject.toml
	$(PYTHON) tools/install.py

$(VENV)/.installed-dev: requirements.lock requirements-models.lock requirements-torch.lock requirements-dev.lock pyproject.toml
	$(PYTHON) tools/install.py --dev
