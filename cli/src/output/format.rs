//! The formats of what a subcommand prints about one thing.

use clap::ValueEnum;

/// Text, or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}
