# `make` lists the targets. A `##` behind a target is its line in that list.

programs := $(or $(CARGO_TARGET_DIR),target)/debug

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the provider, the function and the command-line tool
	cargo build --workspace --bins

.PHONY: demo
demo: build ## Rules in Terraform, logs in S3, alerts as in Slack: all of it on this machine
	@$(programs)/demo

.PHONY: test
test: ## Every check and test; ends with `N passed, N failed, N skipped`
	@scripts/test.sh

.PHONY: docs
docs: build ## Write docs/: the registry's pages, and the chapter of diagnostics in the guide to the rule language
	$(programs)/docgen
	TRAILHOOK_DOCS=write cargo test -p trailhook-engine --test guide the_chapter_of_diagnostics_is_current

.PHONY: state
state: ## Keep the state that this release writes in tests/tests/fixtures/state
	cargo build --workspace --all-targets
	TRAILHOOK_STATE=write cargo test --workspace --test state state_of_this_release

.PHONY: pictures
pictures: build ## Draw the messages as Slack shows them: those of the README, and all golden files into target/pictures
	scripts/pictures.py $(programs)/trailhook

.PHONY: fuzz
fuzz: ## Fuzz the engine: FUZZ_SECONDS (60) for each target, from FUZZ_SEED (1)
	@scripts/fuzz.sh

.PHONY: measure
measure: ## What the provider's start and `terraform validate` of 500 rules cost it, in a release build
	cargo build --release -p trailhook-provider
	scripts/measure_start.py $(or $(CARGO_TARGET_DIR),target)/release/terraform-provider-trailhook
	scripts/measure_validate.py $(or $(CARGO_TARGET_DIR),target)/release/terraform-provider-trailhook

.PHONY: package
package: ## What a release consists of, into target/package; SIGN_KEY signs it
	scripts/package.py $(if $(SIGN_KEY),--sign "$(SIGN_KEY)")

.PHONY: test-long
test-long: ## What takes minutes: 500 rules while AWS throttles (`make test` has 40), 500 groups of alerts for one channel (25), each way to the function (1 of 5) and all examples (2), `make mutants`, and what `make package` makes, from a registry to a message
	scripts/test_long.sh

.PHONY: mutants
mutants: ## Break one condition of the delivery at a time, and hold that the simulation notices
	scripts/mutants.py

.PHONY: fmt
fmt: ## Format the sources
	cargo fmt --all
	cargo fmt --manifest-path engine/fuzz/Cargo.toml
	@if command -v terraform >/dev/null; then terraform fmt -recursive examples module; fi

.PHONY: lint
lint: ## Run clippy over everything
	cargo clippy --workspace --all-targets -- -D warnings

.PHONY: clean-local
clean-local: ## Remove the AWS emulator and cargo-fuzz, which tests and demo installed into .local/
	rm -rf .local
