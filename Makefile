# The commands of the project. `make` without a target lists them.

# STACK chooses one stack for `test` and `bench`; without it they run all.
ALL := every
STACK ?= $(ALL)

.PHONY: help demo test test-all bench bench-instructions lint docs fuzz generate mutate-table record-browsers peers clean

help: ## Print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 21

demo: ## Start three servers with one policy, and a page that compares them (ONCE=1: check it in headless Chromium)
	@python3 demo/run.py

test: ## Set up what is missing and run every check (STACK=rust, python, node, wasm, envoy, c, nginx, apache, command or tower: one stack)
	@python3 tests/run.py --install $(addprefix --stack ,$(filter-out $(ALL),$(STACK)))

test-all: ## Run `make test` and the checks that take a long time: fuzzing, every mutation, every Python version, the tests of other packages, all browsers
	@python3 tests/run.py --install --all

bench: ## Compare the speed of corsac with other packages, a table for each stack (STACK=…: one; QUICK=1: few rounds; PUBLISH=1: into the documentation)
	@python3 benches/run.py --install $(addprefix --stack ,$(filter-out $(ALL),$(STACK))) $(if $(QUICK),--quick) $(if $(PUBLISH),--publish)

bench-instructions: ## Count the instructions of one decision, for each kind of request (needs valgrind)
	@python3 benches/instructions.py

lint: ## Check formatting, clippy, documentation, types, and that no rule of CORS is in a binding
	@python3 tests/run.py --stack lint

docs: ## Build the documentation site into target/docs, and print how to read it (BASE=/corsac/: where it will be served)
	@python3 site/build.py --install

fuzz: ## Fuzz core, SECONDS for each target, 60 by default (needs cargo-fuzz and a nightly compiler)
	@for target in evaluate config_json pattern_vs_naive exchange explain; do \
	  cargo +nightly fuzz run $$target -- -max_total_time=$(or $(SECONDS),60) || exit 1; done

generate: ## Write the generated files again: schema, types, tables in the documentation, C header
	@cargo xtask generate

mutate-table: ## Break each row of the decision table in turn, and check that a test vector fails
	@python3 tests/mutate_table.py

record-browsers: ## Run the suite of exchanges in Chromium, Firefox and WebKitGTK, and record the results
	@.venv/bin/python tests/browsers/run.py --record

peers: ## Run Starlette's and tower-http's own CORS tests with corsac, and the tests of all documented differences
	@python3 tests/run.py peers

clean: ## Remove everything that was built or installed here
	rm -rf target fuzz/target .venv bindings-node/node_modules bindings-node/edge bindings-node/tests/edge/node_modules examples/node/node_modules tests/repository/node_modules site/node_modules
