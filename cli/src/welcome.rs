//! `corsac` without arguments prints the most common tasks, each with its command.

use crate::failure::Failure;
use crate::output;
use crate::output::terminal::{BOLD, HELP};
use crate::status::Status;

/// Tasks, and the command for each.
const WISHES: &[(&str, &str)] = &[
    ("Find the mistakes in a policy, and how to fix them", "corsac check cors.toml"),
    (
        "See how a browser handles a request under a policy",
        "corsac explain cors.toml --from https://app.example.com -X PUT /items/7",
    ),
    (
        "See how browsers handle the responses of a server",
        "corsac probe https://api.example.com/ --from https://app.example.com",
    ),
    ("Find out why a request failed", "corsac why    # then paste the line of the browser's console"),
    ("See what pages gain and lose through a change", "corsac diff old.toml new.toml"),
    ("Test that a policy keeps doing what you expect", "corsac test --init cors.toml > cors.test.toml"),
];

pub(crate) fn run() -> Result<Status, Failure> {
    let mut text = format!("{BOLD}corsac{BOLD:#}: one CORS policy for every stack\n");
    for (wish, command) in WISHES {
        text.push_str(&format!("\n{wish}:\n  {HELP}{command}{HELP:#}\n"));
    }
    text.push_str(&format!(
        "\nAll commands: {HELP}corsac --help{HELP:#}. Each has examples: {HELP}corsac check --help{HELP:#}\n"
    ));
    output::print(&text)?;
    Ok(Status::Unusable)
}
