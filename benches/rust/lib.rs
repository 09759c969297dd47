//! Programs in Rust that `make bench` measures.
