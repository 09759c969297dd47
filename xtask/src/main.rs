//! `cargo xtask generate` writes the files that are checked in but not written by hand;
//! `cargo xtask generate --check` fails if one of them is stale. `cargo xtask wasm` builds the WebAssembly
//! modules: the one for edge runtimes, or those that are named.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

mod blocks;
mod browsers;
mod compare;
mod errors_page;
mod examples;
mod exchange_schemas;
mod findings_page;
mod header;
mod node_options;
mod node_types;
mod policy_schema;
mod python_settings;
mod settings;
mod settings_page;
mod specification;
mod suffixes;
mod symptoms;
mod topics;
mod troubleshooting_page;
mod wasm;
mod wasm_exports;

/// A function that makes a file's whole text.
type Generator = fn(root: &Path) -> Result<String, Box<dyn Error>>;

/// Every generated file and the function that makes it.
const GENERATED: &[(&str, Generator)] = &[
    // First, because core contains it, and the other generators use core. If it changes, the next call compiles core
    // again.
    ("core/src/origins/public_suffixes.txt", suffixes::render),
    ("include/corsac.h", header::render),
    ("bindings-node/codes.d.ts", node_types::render),
    ("bindings-node/types/options.d.ts", node_options::render),
    ("bindings-python/python/corsac/_types.py", python_settings::types),
    ("bindings-python/src/policy/policy_class.rs", python_settings::documentation),
    ("docs/browsers.md", browsers::render),
    ("docs/errors.md", errors_page::render),
    ("docs/settings.md", settings_page::render),
    ("docs/troubleshooting.md", troubleshooting_page::render),
    ("docs/troubleshooting/symptoms.md", symptoms::render),
    ("docs/specification.md", specification::render),
    ("docs/exchange.schema.json", exchange_schemas::exchange),
    ("docs/explanation.schema.json", exchange_schemas::explanation),
    ("bindings-node/exchange.schema.json", exchange_schemas::exchange),
    ("bindings-node/explanation.schema.json", exchange_schemas::explanation),
    ("bindings-python/python/corsac/exchange.schema.json", exchange_schemas::exchange),
    ("bindings-python/python/corsac/explanation.schema.json", exchange_schemas::explanation),
    ("docs/policy.schema.json", policy_schema::render),
    ("bindings-node/policy.schema.json", policy_schema::render),
    ("bindings-python/python/corsac/policy.schema.json", policy_schema::render),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate"] => generate(false),
        ["generate", "--check"] => generate(true),
        ["wasm"] => root().and_then(|root| wasm::build(root, &["edge"])).map(|()| true),
        ["wasm", ref names @ ..] => root().and_then(|root| wasm::build(root, names)).map(|()| true),
        _ => {
            eprintln!(
                "usage: cargo xtask generate [--check]\n       cargo xtask wasm [edge | playground | envoy | envoy-trap]..."
            );
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the files that are stale, or with `check` only reports them. Returns whether all files are then up to date.
fn generate(check: bool) -> Result<bool, Box<dyn Error>> {
    let root = root()?;
    let mut fresh = true;
    for (path, generator) in GENERATED {
        let target = root.join(path);
        let wanted = generator(root).map_err(|error| format!("{path}: {error}"))?;
        let found = std::fs::read_to_string(&target).unwrap_or_default();
        if found == wanted {
            continue;
        }
        if check {
            fresh = false;
            eprint!("{path} is stale: run `cargo xtask generate`\n{}", compare::differences(&found, &wanted));
        } else {
            std::fs::write(&target, wanted).map_err(|error| format!("{path}: {error}"))?;
            println!("wrote {path}");
        }
    }
    Ok(fresh)
}

/// The folder of the workspace.
fn root() -> Result<&'static Path, Box<dyn Error>> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?)
}
