//! The command line: the subcommands, and the options that all of them have.

use crate::output::terminal::Colours;
use crate::{check, completions, diff, explain, man_pages, probe, pull, test, ui, why};
use clap::{Parser, Subcommand};

/// One CORS policy for every stack: check it, and see how browsers handle it
#[derive(Debug, Parser)]
#[command(name = "corsac", version, max_term_width = 80, disable_help_subcommand = true, after_help = crate::status::HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// When to print in colours: `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, default_value_t = Colours::Auto, global = true, value_name = "WHEN", display_order = 100)]
    pub(crate) color: Colours,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Arguments),
    Explain(Box<explain::Arguments>),
    Diff(diff::Arguments),
    Test(test::Arguments),
    Why(why::Arguments),
    Probe(Box<probe::Arguments>),
    Pull(pull::Arguments),
    Ui(ui::Arguments),
    Completions(completions::Arguments),
    #[command(hide = true)]
    ManPages(man_pages::Arguments),
}
