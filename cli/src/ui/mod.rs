//! `corsac ui`: the playground, on this machine.

mod address;
mod page;
mod server;

use crate::failure::Failure;
use crate::output;
use crate::policy_argument::{self, shown};
use crate::status::Status;
use crate::ui::server::Server;
use clap::Args;
use std::path::{Path, PathBuf};

/// Open the playground: a page that shows a policy at work
///
/// It serves the page only on this machine, and prints its address. Write a policy and a request there, and see each
/// check of the browser, what fails, and the edit that fixes it. The engine runs in the page: nothing is sent anywhere.
/// The policy file is read once, and never written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The policy to begin with, in TOML; `-` is the standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// The port of 127.0.0.1 to listen on; 0 is any free port
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

const EXAMPLES: &str = "\
Examples:
  corsac ui
  corsac ui cors.toml
  corsac ui cors.toml --port 8000

Press Ctrl-C to stop.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if !page::is_complete() {
        let help = "in a clone of corsac, type `cargo xtask wasm playground` and build the command again";
        return Err(Failure::input("this corsac was built without the WebAssembly module of the page").help(help));
    }
    let fragment = arguments.file.as_deref().map(fragment_of).transpose()?;
    let server = Server::on(arguments.port)?;
    let fragment = fragment.unwrap_or_default();
    output::print(&format!("http://{}/{fragment}\nPress Ctrl-C to stop.\n", server.address()))?;
    server.run();
    Ok(Status::Yes)
}

/// The part of the address that has the policy.
fn fragment_of(file: &Path) -> Result<String, Failure> {
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let message = format!("`{}` is JSON, and the page reads policies in TOML", shown(file));
        return Err(Failure::input(message).help("use `corsac check` and `corsac explain`, which read both"));
    }
    let written = policy_argument::read(file)?;
    address::fragment_with(written.text()).ok_or_else(|| {
        let message = format!("`{}` is too long for the address of the page", shown(file));
        Failure::input(message).help("type `corsac ui` without the file, and paste the policy into the page")
    })
}
