//! From options or a text to a policy.

use crate::encoded_options;
use crate::misuse::{Misuse, Result};
use corsac::binding::{Notation, RefusedFile};
use corsac::{ConfigError, Policy, PolicyBuilder};
use std::path::Path;

/// Builds a policy from the text of the file at `path`. The name of the file shows the format.
///
/// # Errors
///
/// The policy is refused; the error names the file.
pub fn compile_file(path: &str, text: &[u8], has_predicate: bool) -> std::result::Result<Policy, ConfigError> {
    PolicyBuilder::new().predicate(has_predicate).file_text(Path::new(path), text)
}

/// The error that says why the file at `path` is not read: `kind` is 0 for a pipe, 1 for a socket, 2 for a device,
/// and 3 if it is too large.
///
/// # Errors
///
/// `kind` is another number.
pub fn refused_file(path: &str, kind: usize) -> Result<ConfigError> {
    let kinds = [RefusedFile::Pipe, RefusedFile::Socket, RefusedFile::Device, RefusedFile::TooLarge];
    let refused = kinds.get(kind).ok_or_else(|| Misuse::new("there is no such kind of file"))?;
    Ok(refused.error(Path::new(path)))
}

/// Builds a policy from `text`, which is JSON, TOML, or options in the encoding of `lib/policy/options-encoder.js`
/// (`middleware-options` are the options of a middleware, which may be those of the `cors` package;
/// `request-options` are the same, but chosen for one request). `has_predicate` says that there is a predicate,
/// which a text cannot contain.
///
/// # Errors
///
/// There is no such format, or the options are not encoded.
pub fn compile(format: &str, text: &[u8], has_predicate: bool) -> Result<std::result::Result<Policy, ConfigError>> {
    // `json` and `toml` replace this notation with their own.
    let builder = PolicyBuilder::new().predicate(has_predicate).notation(Notation::JavaScript);
    Ok(match format {
        "options" => builder.value(encoded_options::read(text)?),
        "middleware-options" => builder.cors_options(true).value(encoded_options::read(text)?),
        "request-options" => builder.cors_options(true).for_one_request(true).value(encoded_options::read(text)?),
        "json" => builder.json(text),
        "toml" => builder.toml(text),
        _ => return Err(Misuse::new(format_args!("no format `{format}`"))),
    })
}
