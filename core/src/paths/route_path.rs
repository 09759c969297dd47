//! The path of a route, as it is written: text, `{name}`, and `{*rest}` at the end.

use crate::config::settings::Segment;
use crate::issues::messages::routes::{PathFlaw, SegmentFlaw};
use crate::limits::{ROUTE_PATH_BYTES, ROUTE_SEGMENTS};

/// Parses a route's path: literals, `{name}`, and `{*rest}` at the end.
pub(crate) fn parse_path(text: &str) -> Result<Vec<Segment>, PathFlaw<'_>> {
    let Some(body) = text.strip_prefix('/') else {
        return Err(PathFlaw::NoSlash);
    };
    if text.len() > ROUTE_PATH_BYTES {
        return Err(PathFlaw::TooLong);
    }
    let body = body.strip_suffix('/').unwrap_or(body);
    if body.is_empty() && text.len() < 2 {
        return Ok(Vec::new());
    }
    let mut segments = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for written in body.split('/') {
        if segments.last() == Some(&Segment::Rest) {
            return Err(PathFlaw::SegmentsAfterRest);
        }
        if segments.len() == ROUTE_SEGMENTS {
            return Err(PathFlaw::TooManySegments);
        }
        if written.is_empty() {
            return Err(PathFlaw::EmptySegment);
        }
        let (segment, name) = parse_segment(written).map_err(|flaw| PathFlaw::Segment(written, flaw))?;
        if let Some(name) = name {
            if names.contains(&name) {
                return Err(PathFlaw::SameName(name));
            }
            names.push(name);
        }
        segments.push(segment);
    }
    Ok(segments)
}

/// A segment that is not empty, and its parameter's name.
fn parse_segment(written: &str) -> Result<(Segment, Option<&str>), SegmentFlaw> {
    if let Some(name) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (segment, name) = match name.strip_prefix('*') {
            Some(name) => (Segment::Rest, name),
            None => (Segment::Any, name),
        };
        return if is_name(name) { Ok((segment, Some(name))) } else { Err(SegmentFlaw::Parameter) };
    }
    let is_literal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,=:@".contains(&byte);
    match written {
        "." | ".." => Err(SegmentFlaw::Dots),
        "*" | "**" => Err(SegmentFlaw::Wildcard),
        _ if written.contains('%') => Err(SegmentFlaw::Escape),
        _ if written.contains(['?', '#']) => Err(SegmentFlaw::QueryOrFragment),
        _ if written.contains(['{', '}']) => Err(SegmentFlaw::MixedParameter),
        _ if written.contains(';') => Err(SegmentFlaw::Semicolon),
        _ if written.ends_with(['$', ',']) || written.contains(".+") => Err(SegmentFlaw::RegexOrList),
        _ if written.starts_with([':', '<']) => {
            let name: String = written.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            Err(SegmentFlaw::ForeignParameter(if is_name(&name) { name } else { "name".into() }))
        }
        _ if written.bytes().all(is_literal) => Ok((Segment::Literal(written.to_ascii_lowercase()), None)),
        _ => Err(SegmentFlaw::EscapedCharacters),
    }
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
