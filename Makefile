# Everything runs in .venv, made on demand. `serve` installs little and no torch; the rest need all of it.
# A stamp file says what is installed; it is out of date when pyproject.toml or constraints.txt changes.

PYTHON ?= python3
ARGS ?=
# $(call apt,PACKAGE…) installs what Debian and Ubuntu package.
apt = $(if $(filter 0,$(shell id -u)),,sudo )sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(1)'
# glibc would give each large tensor back to the system and ask for it anew: a third of the speed.
KEEP_MEMORY := MALLOC_MMAP_THRESHOLD_=100000000000 MALLOC_TRIM_THRESHOLD_=100000000000

VENV := .venv
RIVAL := .venv-infinity
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup serve servers servers-wordpress test test-classifier test-wordpress lint train evaluate card bench load

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.dev ## Install everything that development needs (torch included) into .venv

serve: $(VENV)/.serve ## Answer on http://127.0.0.1:8000 (ARGS='--port …' or FOREWARN_PORT change that)
	$(BIN)/forewarn serve $(ARGS)

servers: ## Install, with apt, what tests start (PostgreSQL, nginx, Java for Spark, Chromium, Node, PHP)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || $(call apt,postgresql)
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || $(call apt,nginx-light openssl)
	@command -v java >/dev/null || $(call apt,default-jre-headless)
	@command -v chromium >/dev/null || $(call apt,chromium)
	@{ command -v node && command -v jq && ls /usr/share/php/GuzzleHttp; } >/dev/null 2>&1 || $(call apt,curl jq nodejs php-cli php-curl php-guzzlehttp-guzzle)

# WordPress's package wants a web server. The one that `servers` has too will do; else Apache comes.
servers-wordpress: ## Install, with apt, what test-wordpress starts (WordPress, MariaDB, PHP, Chromium)
	@ls /usr/share/wordpress/wp-content/themes/twentytwentyone /usr/share/wordpress/wp-content/themes/twentytwentythree >/dev/null 2>&1 || $(call apt,nginx-light wordpress wordpress-theme-twentytwentythree wordpress-theme-twentytwentyone)
	@PATH="$$PATH:/usr/sbin" command -v mariadbd >/dev/null || $(call apt,mariadb-server)
	@php -r 'exit((int) !(extension_loaded("mysqli") && extension_loaded("curl") && extension_loaded("mbstring") && extension_loaded("dom")));' 2>/dev/null || $(call apt,php-cli php-mysql php-curl php-mbstring php-xml)
	@command -v phpcs >/dev/null || $(call apt,php-codesniffer)
	@command -v xgettext >/dev/null || $(call apt,gettext)
	@command -v chromium >/dev/null || $(call apt,chromium)

test: lint ## Run lint and all tests but those in WordPress
	$(BIN)/python -m pytest -n auto --ignore tests/plugins/wordpress $(ARGS)

test-classifier: $(VENV)/.dev ## Run the tests of the classifier and its artifact alone
	$(BIN)/python -m pytest -n auto tests/classifier tests/test_one_path.py tests/test_released.py $(ARGS)

test-wordpress: $(VENV)/.dev ## Try the plug-in in a real WordPress, with a real browser
	$(BIN)/python -m pytest -n auto tests/plugins/wordpress $(ARGS)

lint: $(VENV)/.dev ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: $(VENV)/.dev ## Train a new artifact from the annotated corpus, or go on where it stopped
	$(KEEP_MEMORY) $(BIN)/forewarn train $(ARGS)

evaluate: $(VENV)/.dev ## Measure the artifact and its baselines on the test split
	$(BIN)/forewarn evaluate $(ARGS)

card: $(VENV)/.dev ## Write the model card from the artifact's metrics
	$(BIN)/forewarn card $(ARGS)

bench: $(VENV)/.dev $(RIVAL)/.infinity ## Compare the classifier with what else one might run, on this machine
	$(BIN)/python -m benchmarks.compare --infinity $(RIVAL)/bin/infinity_emb $(ARGS)
	$(BIN)/python -m benchmarks.tables

load: $(VENV)/.dev ## Send the server more than it can read (ARGS='--minutes 2 --seconds 20')
	$(BIN)/python -m benchmarks.load $(ARGS)

# It wants older libraries than ours.
$(RIVAL)/.infinity:
	$(PYTHON) -m venv $(RIVAL)
	$(RIVAL)/bin/python -m pip --disable-pip-version-check install --quiet torch==2.13.0 'infinity-emb[server,torch]==0.0.78'
	@touch $@

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.serve: pyproject.toml constraints.txt | $(VENV)/.made
	@echo 'Installing into $(VENV) what serving needs; this takes a minute.'
	$(PIP) --editable '.[serve]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.made
	@echo 'Installing into $(VENV) what development needs, torch included; this takes some minutes.'
	$(PIP) --editable '.[dev]'
	@touch $(VENV)/.serve $@
