# The commands of the project. `make` alone lists them.

# What `bench` runs for; `test` runs everything unless STACK is given.
ALL := every
STACK ?= $(ALL)
BENCHED := $(if $(filter $(ALL),$(STACK)),rust c python node,$(STACK))

.PHONY: help demo test bench bench-instructions bench-rust bench-c bench-python bench-node lint fuzz generate mutate-table clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## one policy, three servers, a page that compares them (ONCE=1: headless, fails if a cell differs)
	@python3 demo/run.py

test: ## sets up what is missing, then runs every check (STACK=rust, python, node, c, nginx or apache: those of one stack)
	@python3 tests/run.py --install $(addprefix --stack ,$(filter-out $(ALL),$(STACK)))

bench: $(addprefix bench-,$(BENCHED)) ## the benchmarks, peers beside them, one table a stack (STACK=rust, c, python, node)

bench-rust:
	@cargo bench --locked -p corsac --bench decision
	@python3 benches/table.py rust

bench-instructions: ## counts the instructions of one decision, by kind of request (valgrind is needed)
	@python3 benches/instructions.py

bench-c:
	@python3 benches/c.py

bench-python:
	@.venv/bin/python benches/python.py

bench-node:
	@node benches/node.js

lint: ## format, clippy, documentation, types, and that the bindings hold no rules
	@python3 tests/run.py --stack lint

fuzz: ## fuzzes the engine for SECONDS each target (cargo-fuzz and a nightly compiler are needed)
	@for target in evaluate config_json pattern_vs_naive; do \
	  cargo +nightly fuzz run $$target -- -max_total_time=$(or $(SECONDS),60) || exit 1; done

generate: ## writes the generated files anew
	@cargo xtask generate

mutate-table: ## breaks each row of the decision table in turn and sees a vector fail
	@python3 tests/mutate_table.py

clean: ## removes what was built
	rm -rf target .venv bindings-node/node_modules examples/node/node_modules
