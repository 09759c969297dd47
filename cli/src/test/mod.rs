//! `corsac test`: whether a policy, or a server, does what a table of expectations says.

mod init;
mod live;
mod outcome;
mod report;
mod table;

use crate::failure::Failure;
use crate::network::client::Client;
use crate::network::options::ClientArguments;
use crate::output;
use crate::policy_argument::load;
use crate::status::Status;
use crate::test::live::Live;
use crate::test::outcome::{Case, Outcome, judge};
use crate::test::table::Table;
use clap::{Args, ValueEnum};
use corsac::Policy;
use std::path::{Path, PathBuf};

/// Test a policy, or a server, against a table of expectations
///
/// The table is a TOML file. It names the policy, by a path relative to the table,
/// and says for each request how a browser handles it:
///
///   policy = "cors.toml"
///
///   [[requests]]
///   from = ["https://app.example.com", "https://admin.example.com"]
///   url = "/items/7"
///   method = "PUT"
///   headers = { X-Id = "7" }
///   credentials = true
///   expect = "readable"
///
/// `expect` is `readable`, `opaque`, `blocked`, `sent-but-unreadable`, `sent`,
/// `failed` or `invalid`. `allowed` means any verdict with which the page gets
/// what it asks for, and `refused` any other. `from` and `method` take lists.
/// `status`, `response_headers` and `readable_headers` are about the response of
/// the application.
///
/// With `url = "https://api.example.com"` instead of `policy`, or with `--url`,
/// requests are sent to a server, as `corsac probe` sends them. A request with a
/// method other than GET or HEAD is sent only with `--send`; without it, only the
/// preflight decides.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES, verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The table of expectations
    #[arg(value_name = "FILE", default_value = "cors.test.toml")]
    file: PathBuf,

    /// Instead of testing, write a table of what this policy decides now
    #[arg(long, value_name = "POLICY", conflicts_with_all = ["file", "format"])]
    init: Option<PathBuf>,

    /// Test this server, and not the policy
    #[arg(long, value_name = "URL", conflicts_with = "init")]
    url: Option<String>,

    /// Send the server requests with any method; without it, only GET, HEAD and preflights are sent
    #[arg(long)]
    send: bool,

    /// The cookies to send with requests that have credentials
    #[arg(long, value_name = "'NAME=VALUE'")]
    cookie: Option<String>,

    #[command(flatten)]
    client: ClientArguments,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// JUnit's XML, for CI servers
    Junit,
    /// TAP 14
    Tap,
}

const EXAMPLES: &str = "\
Examples:
  corsac test --init cors.toml > cors.test.toml
  corsac test
  corsac test conf/cors.test.toml --format junit > cors.xml
  corsac test --url https://staging.example.com

Exit status: 0 if all expectations are met, 1 if one is not, 2 if the table or
the policy cannot be read, 3 if the server gave no response.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if let Some(path) = &arguments.init {
        output::print(&init::table(path, &load(path)?)?)?;
        return Ok(Status::Yes);
    }
    let table = Table::read(&arguments.file)?;
    let folder = arguments.file.parent().unwrap_or(Path::new(""));
    let policy = table.policy.as_ref().map(|policy| load(&folder.join(policy))).transpose()?;
    let cases = Case::of(&table.requests);
    if cases.is_empty() {
        return Err(Failure::input("the table has no requests")
            .help("add `[[requests]]` with `from`, `url` and `expect`, or write a table with `corsac test --init`"));
    }
    let outcomes = match (arguments.url.as_ref().or(table.url.as_ref()), &policy) {
        (Some(url), policy) => judge_server(arguments, url, policy.as_ref(), &cases)?,
        (None, Some(policy)) => cases.iter().map(|case| judge(*case, policy)).collect::<Result<Vec<_>, _>>()?,
        (None, None) => {
            return Err(Failure::input("the table names neither a policy nor a server")
                .help("add `policy = \"cors.toml\"` to it, or name a server with `--url https://api.example.com`"));
        }
    };
    output::print(&match arguments.format {
        Format::Text => report::text(&outcomes, output::terminal::columns()),
        Format::Junit => report::junit(&arguments.file, &outcomes)?,
        Format::Tap => report::tap(&outcomes),
    })?;
    Ok(outcomes.iter().map(Outcome::status).max().unwrap_or(Status::Unusable))
}

/// Tests a server. Nothing is sent if a request of the table cannot be sent.
fn judge_server(
    arguments: &Arguments,
    url: &str,
    policy: Option<&Policy>,
    cases: &[Case<'_>],
) -> Result<Vec<Outcome>, Failure> {
    let live = Live { url, send: arguments.send, policy };
    for case in cases {
        live.check(*case)?;
    }
    let mut client = Client::new(&arguments.client, arguments.cookie.as_deref(), None)?;
    cases.iter().map(|case| live.judge(*case, &mut client)).collect()
}
