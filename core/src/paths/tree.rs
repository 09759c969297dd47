//! Routes: which settings hold for which paths.
//!
//! A trie of segments. Usual routers refuse `/a/{*rest}` beside `/a/{x}/b`, and do not match `/x` by `/x/{*rest}`.

use crate::config::settings::{RouteSettings, Segment};
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
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
