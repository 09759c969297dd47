//! Routes: which settings hold for which paths.
//!
//! A trie of segments. Usual routers refuse `/a/{*rest}` beside `/a/{x}/b`, and do not match `/x` by `/x/{*rest}`.

use crate::config::settings::{RouteSettings, Segment};
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues, printable, write_this};
use crate::limits::{ROUTE_PATH_BYTES, ROUTE_SEGMENTS};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The paths of a policy's routes, compiled.
#[derive(Debug)]
pub(crate) struct Routes {
    nodes: Box<[Node]>,
}

/// One place in the paths of routes, and what may follow there.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Sorted, in lower case.
    literals: Box<[(Box<[u8]>, u32)]>,
    longest_literal: u32,
    pub(crate) any: Option<u32>,
    /// The route whose path ends here.
    pub(crate) here: Option<u32>,
    /// The route whose path goes on with `{*rest}`.
    pub(crate) rest: Option<u32>,
}

impl Node {
    /// The node behind a literal, in any case.
    pub(crate) fn literal(&self, segment: &[u8]) -> Option<u32> {
        let index = self.literals.binary_search_by(|(literal, _)| compare(literal, segment)).ok()?;
        self.literals.get(index).map(|(_, next)| *next)
    }

    pub(crate) fn longest_literal(&self) -> usize {
        self.longest_literal as usize
    }
}

impl Routes {
    /// A node by its number; 0 is where all paths begin.
    pub(crate) fn node(&self, number: u32) -> Option<&Node> {
        self.nodes.get(number as usize)
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        let of_node = |node: &Node| -> usize {
            node.literals.iter().map(|(literal, _)| literal.len() + size_of::<(Box<[u8]>, u32)>()).sum()
        };
        size_of_val(&*self.nodes) + self.nodes.iter().map(of_node).sum::<usize>()
    }
}

fn compare(literal: &[u8], segment: &[u8]) -> Ordering {
    literal.iter().copied().cmp(segment.iter().map(u8::to_ascii_lowercase))
}

#[derive(Default)]
struct Draft {
    literals: BTreeMap<String, u32>,
    any: Option<u32>,
    here: Option<u32>,
    rest: Option<u32>,
}

/// Compiles the paths; two that differ in nothing but case and names are reported.
pub(crate) fn compile_routes(routes: &[RouteSettings], issues: &mut Issues) -> Routes {
    let mut drafts = vec![Draft::default()];
    for (index, route) in (0..).zip(routes) {
        let mut at = 0;
        let mut is_rest = false;
        let Some(path) = &route.path else { continue };
        for segment in path {
            let next = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
            let Some(draft) = drafts.get_mut(at) else { break };
            let found = match segment {
                Segment::Rest => {
                    is_rest = true;
                    break;
                }
                Segment::Literal(text) => *draft.literals.entry(text.clone()).or_insert(next),
                Segment::Any => *draft.any.get_or_insert(next),
            };
            if found == next {
                drafts.push(Draft::default());
            }
            at = found as usize;
        }
        let Some(draft) = drafts.get_mut(at) else { continue };
        let place = if is_rest { &mut draft.rest } else { &mut draft.here };
        match place {
            None => *place = Some(index),
            Some(other) => {
                let other = routes.get(*other as usize).map_or("", |route| &route.field);
                let message =
                    format!("the path is that of `{other}`: case, names and a slash at the end make no difference");
                let help = format!("merge the two, or give this one another path than `{other}`");
                issues.error(
                    format!("{}.path", route.field),
                    write(path),
                    Fault::new(Code::DuplicateRoute, message, help),
                );
            }
        }
    }
    let freeze = |draft: Draft| Node {
        longest_literal: draft
            .literals
            .keys()
            .map(|text| u32::try_from(text.len()).unwrap_or(u32::MAX))
            .max()
            .unwrap_or(0),
        literals: draft.literals.into_iter().map(|(text, next)| (text.into_bytes().into(), next)).collect(),
        any: draft.any,
        here: draft.here,
        rest: draft.rest,
    };
    Routes { nodes: drafts.into_iter().map(freeze).collect() }
}

fn write(path: &[Segment]) -> String {
    if path.is_empty() {
        return "/".into();
    }
    let segment = |segment: &Segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Any => "/{name}".into(),
        Segment::Rest => "/{*rest}".into(),
    };
    path.iter().map(segment).collect()
}

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
    for part in body.split('/') {
        if segments.last() == Some(&Segment::Rest) {
            let message = format!("`{}` has segments after `{{*…}}`, which takes all that follow", printable(text));
            return Err(fault(message, "write `{name}` for one segment, and `{*rest}` at the end alone".into()));
        }
        if segments.len() == ROUTE_SEGMENTS {
            let message = format!("`{}` has more than {ROUTE_SEGMENTS} segments", printable(text));
            return Err(fault(message, "write the first ones, and `{*rest}`".into()));
        }
        let (segment, name) = parse_segment(part).map_err(|(what, help)| {
            let part = printable(part);
            fault(format!("`{part}` in `{}` {what}", printable(text)), help)
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
fn parse_segment(part: &str) -> Result<(Segment, Option<&str>), (&'static str, String)> {
    if let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
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
    match part {
        "" => Err(("is empty", "write one slash between segments".into())),
        "." | ".." => {
            Err(("is resolved by clients and servers before a route sees it", "write the path that is meant".into()))
        }
        "*" | "**" => {
            Err(("is no wildcard here", "write `{name}` for one segment, or `{*rest}` for all that follow".into()))
        }
        _ if part.contains('%') => Err((
            "has an escape, which servers read differently",
            "write `{name}` for a segment that needs escapes".into(),
        )),
        _ if part.contains(['?', '#']) => {
            Err(("has a query or fragment; a route is a path", "write the path alone".into()))
        }
        _ if part.contains(['{', '}']) => {
            Err(("mixes a parameter with other text", "write `{name}` for the whole segment".into()))
        }
        _ if part.contains(';') => {
            Err(("has a semicolon, which some cut off with what follows", "write `{name}` for such a segment".into()))
        }
        _ if part.ends_with(['$', ',']) || part.contains(".+") => {
            Err(("is no text of a path: a route is neither a regex nor a list", "write one route for each path".into()))
        }
        _ if part.starts_with([':', '<']) => {
            let name: String = part.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let name = if is_name(&name) { name } else { "name".into() };
            Err(("is another router's parameter", write_this(&format!("{{{name}}}"))))
        }
        _ if part.bytes().all(is_literal) => Ok((Segment::Literal(part.to_ascii_lowercase()), None)),
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
