//! The options of subcommands that send requests.

use clap::Args;

/// How requests are sent.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClientArguments {
    /// How long to wait for each response, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,

    /// The proxy to use: `http://HOST:PORT`
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
}
