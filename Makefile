# `make` alone lists the targets. Only Python 3.11 or newer is needed: everything else is installed
# into the checkout. PORT, ARGS and PYTHON may be set: `make run PORT=8001`, `make test ARGS="-k paper"`.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PORT

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
SERVICES := $(BIN)/python -m lms.embedded
ROOMS := outbox people courses assessments certificates licensing lms
COMPILE := $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
CHECK_KEY := .local/check-signing-key.pem
# A believable production environment, for `check --deploy`; nothing in it is a secret.
PRODUCTION := LMS_ENV=production SITE_URL=https://lms.example ALLOWED_HOSTS=lms.example \
	SECRET_KEY=made-up-for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz \
	EMAIL_URL=smtp+tls://lms:made-up@mail.lms.example:587 DEFAULT_FROM_EMAIL=training@lms.example \
	TRUSTED_PROXY_COUNT=1 SIGNING_KEY_FILE=$(CHECK_KEY)
# These replace a unique constraint by a weaker one, which no running version can break.
LOOSENED := 0003_review_upkeep_cohorts 0005_lessons_again 0011_acceptance 0012_receipt_looks
# These rename or drop columns of a version that was never released, so no running one minds.
UNRELEASED := 0007_waits_and_answers
CHECKS := check-format check-lint check-types check-imports check-templates check-migrations \
	check-safe-migrations check-messages check-deploy check-openapi

.DEFAULT_GOAL := help
.PHONY: help set-up run test check fix messages bench clean lock $(CHECKS)

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

set-up: ## makes .venv and the front-end files; the others call it
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is needed: there is no $(PYTHON)." >&2; exit 1; }
	@"$(PYTHON)" .ci/set_up.py
	@$(BIN)/python -m lms.frontend.build
	@$(BIN)/python -m lms.catalogues compile

run: set-up ## starts everything at http://127.0.0.1:8000; Ctrl-C stops it
	@exec $(BIN)/python -m lms.supervise --with-parent

test: set-up ## runs the whole suite; ARGS go to pytest
	@exec $(SERVICES) --quick --data .local/test -- $(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: set-up ## everything short of the tests; changes nothing
	@exec $(SERVICES) --quick --data .local/check -- $(MAKE) --no-print-directory --keep-going $(CHECKS)

fix: set-up ## formats, and repairs what the linter can
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format
	@$(BIN)/djlint --reformat --quiet $(ROOMS) || true

messages: set-up ## takes new texts of the interface into the catalogues of lms/locale
	@$(BIN)/python -m lms.catalogues update

bench: set-up ## prints the ratios against the yardstick; ARGS go to the benchmarks
	@exec $(SERVICES) --data .local/bench -- $(BIN)/python -m benchmarks $(ARGS)

clean: ## removes .venv and .local, with the development data
	@if test -x $(BIN)/python; then $(BIN)/python -m lms.embedded --stop-leftovers; test $$? -ne 3; fi
	@if test -f .local/elsewhere; then place="$$(cat .local/elsewhere)"; \
		case "$$place" in /var/lib/driver-safeguarding-lms/?*) rm -rf "$$place" ;; esac; fi
	rm -rf .venv .local

lock: set-up ## compiles the hashed requirements from pyproject.toml; ARGS=--upgrade takes newer ones
	$(COMPILE) $(ARGS) -o requirements.txt
	$(COMPILE) $(ARGS) --extra dev -c requirements.txt -o requirements-dev.txt

# The steps of `make check`, each also on its own. Those that need a database expect it to be up.
check-format:
	@echo "== format"
	@$(BIN)/ruff format --check --quiet

check-lint:
	@echo "== lint"
	@$(BIN)/ruff check --quiet

check-types:
	@echo "== types"
	@$(BIN)/mypy

check-imports:
	@echo "== import contracts"
	@$(BIN)/lint-imports

check-templates:
	@echo "== templates"
	@$(BIN)/djlint --check --lint --quiet $(ROOMS)

check-migrations:
	@echo "== migrations are up to date"
	@$(MANAGE) makemigrations --check --dry-run

check-safe-migrations:
	@echo "== migrations are safe for the running version"
	@LINT_MIGRATIONS=1 LOG_LEVEL=WARNING $(MANAGE) lintmigrations --no-cache --quiet ok ignore \
		--ignore-initial-migrations --ignore-name $(LOOSENED) $(UNRELEASED) --include-apps $(ROOMS)

check-messages:
	@echo "== catalogues are whole"
	@$(BIN)/python -m lms.catalogues check

check-deploy:
	@echo "== deployment check"
	@test -f $(CHECK_KEY) || $(MANAGE) make_signing_key $(CHECK_KEY) >/dev/null
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

check-openapi:
	@echo "== OpenAPI file"
	@$(MANAGE) export_openapi --check
