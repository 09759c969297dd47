//! Benchmarks of the engine; `make bench STACK=rust` runs them.
