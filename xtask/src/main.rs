//! Generators.

fn main() {}
