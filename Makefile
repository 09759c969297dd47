# The commands of the project. `make` alone lists them.

.PHONY: help demo test bench generate mutate-table clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## one policy, three servers, a page that compares them (ONCE=1: headless, fails if a cell differs)
	@python3 demo/run.py

test: ## sets up what is missing, then runs every check in every language
	@python3 tests/run.py

bench: ## the benchmarks, as one table (STACK=rust)
	@cargo bench --locked -p corsac --bench decision
	@python3 benches/table.py rust

generate: ## writes the generated files anew
	@cargo xtask generate

mutate-table: ## breaks each row of the decision table in turn and sees a vector fail
	@python3 tests/mutate_table.py

clean: ## removes what was built
	rm -rf target .venv bindings-node/node_modules examples/node/node_modules
