//! `corsac` alone: what people come for, each with the command to type.

use crate::failure::Failure;
use crate::output;
use crate::output::terminal::{BOLD, HELP};
use crate::status::Status;

/// What people want to do, and how.
const WISHES: &[(&str, &str)] = &[
    ("Find mistakes in a policy, with the fix", "corsac check cors.toml"),
    ("See what a browser makes of a policy", "corsac explain cors.toml --from https://app.example.com -X PUT /items/7"),
    ("See what browsers make of a server", "corsac probe https://api.example.com/ --from https://app.example.com"),
    ("Find out why a request failed", "corsac why    # then paste the line of the browser's console"),
    ("See who gains and who loses by a change", "corsac diff old.toml new.toml"),
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
