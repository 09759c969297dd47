//! The options of `corsac probe`.

use crate::network::options::ClientArguments;
use crate::output::format::Format;
use clap::Args;
use std::path::PathBuf;

/// Send a server what a page would send, and see how browsers handle its responses
///
/// It sends what a browser sends (the preflight, the request, and the requests to which redirects lead), and a few
/// requests that show more: one without `Origin`, one from a page that the server does not know, one from `null`, one
/// for a path that does not exist, and, if the page's request is a GET or HEAD with `Authorization`, one without it.
/// `--dry-run` lists them. A request with a method other than GET or HEAD is sent only with `--send`; without it, only
/// its preflight is sent. Nothing is sent through a proxy unless `--proxy` names it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The URL that the page requests: http or https
    #[arg(value_name = "URL")]
    pub(super) url: String,

    /// The origin of the page: scheme, host and port, or `null`; can be given several times
    #[arg(long, value_name = "ORIGIN", required = true)]
    pub(super) from: Vec<String>,

    /// The method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET")]
    pub(super) method: String,

    /// A header that the script sets; can be given several times
    #[arg(short = 'H', long = "header", value_name = "'NAME: VALUE'")]
    pub(super) headers: Vec<String>,

    /// The request is made with cookies: `credentials: "include"`
    #[arg(long)]
    pub(super) credentials: bool,

    /// The cookies to send, where a browser would send cookies
    #[arg(long, value_name = "'NAME=VALUE'", requires = "credentials")]
    pub(super) cookie: Option<String>,

    /// The body; needs `--send`
    #[arg(short = 'd', long, value_name = "TEXT", requires = "send")]
    pub(super) data: Option<String>,

    /// Send the request whatever its method is, and not only the preflight
    #[arg(long)]
    pub(super) send: bool,

    /// List the requests, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Send what a browser would send, and nothing else
    #[arg(long)]
    pub(super) only: bool,

    /// The server's policy: shows which setting decides, and what was changed on the way
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,

    /// See whether a cache gives one page the response that was made for another; needs `--from` twice
    #[arg(long)]
    pub(super) cache: bool,

    /// Send a server of your own the origins that attackers would use, and see which it allows
    #[arg(long)]
    pub(super) attack: bool,

    #[command(flatten)]
    pub(super) client: ClientArguments,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    /// Write the exchange as JSON, without secrets, for `corsac why` and `corsac explain --exchange`
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,

    /// Write everything that was sent as a HAR file, without secrets
    #[arg(long, value_name = "FILE")]
    pub(super) har: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  corsac probe https://api.example.com/items --from https://app.example.com
  corsac probe https://api.example.com/items/7 --from https://app.example.com \\
      -X DELETE -H 'Authorization: Bearer 123' --dry-run
  corsac probe https://api.example.com/me --from https://app.example.com \\
      --credentials --policy cors.toml
  corsac probe https://api.example.com/ --from https://a.example.com \\
      --from https://b.example.com --cache

Exit status: 0 if the page gets what it asks for (without `--send`, if the
preflight passes), 1 if it does not, 2 if the options cannot be used, 3 if no
response came.";
