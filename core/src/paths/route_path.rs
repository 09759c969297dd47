//! The path of a route, as it is written: text, `{name}`, and `{*rest}` at the end.

use crate::config::settings::Segment;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, write_this};
use crate::limits::{ROUTE_PATH_BYTES, ROUTE_SEGMENTS};
use crate::printable::printable;

/// Parses a route's path: literals, `{name}`, and `{*rest}` at the end.
pub(crate) fn parse_path(text: &str) -> Result<Vec<Segment>, Fault> {
    let fault = |message: String, help: String| Fault::new(Code::RoutePath, message, help);
    let Some(body) = text.strip_prefix('/') else {
        let path = text.split_once("://").map_or(text, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let message = format!("`{}` does not begin with a slash: a route is a path", printable(text));
        let better = format!("/{path}");
        let help = if parse_path(&better).is_ok() {
            write_this(&better)
        } else {
            "write a path, as in `/public/{*rest}`".into()
        };
        return Err(fault(message, help));
    };
    if text.len() > ROUTE_PATH_BYTES {
        let message = format!("the path is longer than {ROUTE_PATH_BYTES} bytes");
        return Err(fault(message, "write its beginning, and `{*rest}`".into()));
    }
    let body = body.strip_suffix('/').unwrap_or(body);
    if body.is_empty() && text.len() < 2 {
        return Ok(Vec::new());
    }
    let mut segments = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for written in body.split('/') {
        if segments.last() == Some(&Segment::Rest) {
            let message = format!("`{}` has segments after `{{*…}}`, which takes all that follow", printable(text));
            return Err(fault(message, "write `{name}` for one segment, and `{*rest}` at the end alone".into()));
        }
        if segments.len() == ROUTE_SEGMENTS {
            let message = format!("`{}` has more than {ROUTE_SEGMENTS} segments", printable(text));
            return Err(fault(message, "write the first ones, and `{*rest}`".into()));
        }
        let (segment, name) = parse_segment(written).map_err(|(what, help)| {
            let written = printable(written);
            fault(format!("`{written}` in `{}` {what}", printable(text)), help)
        })?;
        if let Some(name) = name {
            if names.contains(&name) {
                let message = format!("`{}` names `{name}` twice", printable(text));
                return Err(fault(message, "give each parameter a name of its own".into()));
            }
            names.push(name);
        }
        segments.push(segment);
    }
    Ok(segments)
}

/// A segment and its parameter's name; or what is wrong with it, and what to write.
fn parse_segment(written: &str) -> Result<(Segment, Option<&str>), (&'static str, String)> {
    if let Some(name) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (segment, name) = match name.strip_prefix('*') {
            Some(name) => (Segment::Rest, name),
            None => (Segment::Any, name),
        };
        if is_name(name) {
            return Ok((segment, Some(name)));
        }
        return Err(("is no parameter", "write `{name}` for one segment, or `{*rest}` for all that follow".into()));
    }
    let is_literal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,=:@".contains(&byte);
    match written {
        "" => Err(("is empty", "write one slash between segments".into())),
        "." | ".." => {
            Err(("is resolved by clients and servers before a route sees it", "write the path that is meant".into()))
        }
        "*" | "**" => {
            Err(("is no wildcard here", "write `{name}` for one segment, or `{*rest}` for all that follow".into()))
        }
        _ if written.contains('%') => Err((
            "has an escape, which servers read differently",
            "write `{name}` for a segment that needs escapes".into(),
        )),
        _ if written.contains(['?', '#']) => {
            Err(("has a query or fragment; a route is a path", "write the path alone".into()))
        }
        _ if written.contains(['{', '}']) => {
            Err(("mixes a parameter with other text", "write `{name}` for the whole segment".into()))
        }
        _ if written.contains(';') => {
            Err(("has a semicolon, which some cut off with what follows", "write `{name}` for such a segment".into()))
        }
        _ if written.ends_with(['$', ',']) || written.contains(".+") => {
            Err(("is no text of a path: a route is neither a regex nor a list", "write one route for each path".into()))
        }
        _ if written.starts_with([':', '<']) => {
            let name: String = written.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let name = if is_name(&name) { name } else { "name".into() };
            Err(("is another router's parameter", write_this(&format!("{{{name}}}"))))
        }
        _ if written.bytes().all(is_literal) => Ok((Segment::Literal(written.to_ascii_lowercase()), None)),
        _ => Err((
            "has characters that a URL writes with escapes, which servers read differently",
            "write `{name}` for a segment that needs escapes".into(),
        )),
    }
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
