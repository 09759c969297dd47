//! `corsac explain`: how a browser handles a request under a policy, offline.

use crate::exchange_arguments::{RequestArguments, ResponseArguments, absolute, exchange};
use crate::failure::Failure;
use crate::output;
use crate::output::explanation::painted;
use crate::output::format::Format;
use crate::output::terminal::columns;
use crate::policy_argument::{load, shown, unreadable};
use crate::status::Status;
use clap::Args;
use corsac::browser::Exchange;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// See how a browser handles a request under a policy: what it sends, what the policy responds, and why
///
/// Nothing is sent: the result comes from the policy and a model of the browser. The verdict is that of the Fetch
/// standard. If Chromium, Firefox or WebKit differs, the result says so.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The policy: TOML, or JSON if the name ends in `.json`; `-` is the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What the page requests: a URL, or a path on the server of the policy
    #[arg(value_name = "URL", required_unless_present = "exchange")]
    url: Option<String>,

    #[command(flatten)]
    request: Option<RequestArguments>,

    #[command(flatten)]
    response: ResponseArguments,

    /// Read the request, and what the application responds, from a JSON file instead
    #[arg(long, value_name = "FILE", conflicts_with_all = DESCRIBED)]
    exchange: Option<PathBuf>,

    /// How the result is printed; docs/explanation.schema.json describes the JSON
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The arguments that `--exchange` excludes, because the file describes the same.
const DESCRIBED: [&str; 9] =
    ["url", "from", "method", "headers", "credentials", "mode", "initiator", "status", "response_headers"];

const EXAMPLES: &str = "\
Examples:
  corsac explain cors.toml --from https://app.example.com /items/7
  corsac explain cors.toml --from https://app.example.com -X DELETE \\
      -H 'X-Id: 7' --credentials https://api.example.com/items/7
  corsac explain cors.toml --from null --status 500 /items/7
  corsac explain cors.toml --exchange captured.json --format json

Exit status: 0 if the page gets what it asks for, 1 if it does not, 2 if the
policy or the request cannot be read.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let policy = load(&arguments.file)?;
    let exchange = match (&arguments.exchange, &arguments.request, &arguments.url) {
        (Some(path), _, _) => read_exchange(path)?,
        (None, Some(request), Some(url)) => exchange(&absolute(url, &request.from), request, &arguments.response)?,
        _ => {
            return Err(Failure::input("`--from` is missing")
                .help("say which page makes the request, as in `--from https://app.example.com`"));
        }
    };
    let explanation = policy.explain(&exchange);
    match arguments.format {
        Format::Text => output::print(&painted(&explanation, columns()))?,
        Format::Json => output::print(&format!("{}\n", explanation.to_json()))?,
    }
    Ok(Status::of(explanation.verdict.is_success()))
}

/// The limit of core for an exchange. One more byte is read, so that core sees that a file exceeds it.
const MOST_BYTES: u64 = (corsac::binding::limits::EXCHANGE_MIB as u64) << 20;

fn read_exchange(path: &Path) -> Result<Exchange, Failure> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut text));
    read.map_err(|error| unreadable(path, &error))?;
    Exchange::from_json(&text).map_err(|error| {
        Failure::of_exchange(&error, |found| {
            let at = if found.is_empty() { String::new() } else { format!("{found}: ") };
            format!("`{}` is not an exchange: {at}", shown(path))
        })
    })
}
