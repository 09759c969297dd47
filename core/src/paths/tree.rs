//! Routes: which settings apply to which paths.
//!
//! A trie of segments. It is written here because common router libraries refuse `/a/{*rest}` together with `/a/{x}/b`,
//! and do not match `/x` with `/x/{*rest}`.

use crate::config::settings::Segment;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The paths of a policy's routes, compiled.
#[derive(Debug)]
pub(crate) struct Routes {
    nodes: Box<[Node]>,
}

/// A node in the tree of routes, and the segments that may follow it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Sorted, in lower case.
    literals: Box<[(Box<[u8]>, u32)]>,
    longest_literal: u32,
    pub(crate) any: Option<u32>,
    /// The route whose path ends here.
    pub(crate) here: Option<u32>,
    /// The route whose path continues with `{*rest}`.
    pub(crate) rest: Option<u32>,
}

impl Node {
    /// The node after a literal, in upper or lower case.
    pub(crate) fn literal(&self, segment: &[u8]) -> Option<u32> {
        let index = self.literals.binary_search_by(|(literal, _)| compare(literal, segment)).ok()?;
        self.literals.get(index).map(|(_, next)| *next)
    }

    /// The literals that may follow, each with its node.
    #[cfg(feature = "explain")]
    pub(crate) fn literals(&self) -> impl Iterator<Item = (String, u32)> + '_ {
        self.literals.iter().map(|(text, next)| (String::from_utf8_lossy(text).into_owned(), *next))
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

/// The paths from which [`Routes`] are built.
#[derive(Debug)]
pub(crate) struct RoutesBuilder {
    nodes: Vec<NodeBuilder>,
}

#[derive(Debug, Default)]
struct NodeBuilder {
    literals: BTreeMap<String, u32>,
    any: Option<u32>,
    here: Option<u32>,
    rest: Option<u32>,
}

impl Default for RoutesBuilder {
    fn default() -> Self {
        RoutesBuilder { nodes: vec![NodeBuilder::default()] }
    }
}

impl RoutesBuilder {
    /// Adds the path of the route with this index.
    ///
    /// # Errors
    ///
    /// The index of the route that has this path, except for case and names.
    pub(crate) fn add(&mut self, path: &[Segment], route: u32) -> Result<(), u32> {
        let mut at = 0;
        let mut goes_on = false;
        for segment in path {
            let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let Some(node) = self.nodes.get_mut(at) else { break };
            let found = match segment {
                Segment::Rest => {
                    goes_on = true;
                    break;
                }
                Segment::Literal(text) => *node.literals.entry(text.clone()).or_insert(next),
                Segment::Any => *node.any.get_or_insert(next),
            };
            if found == next {
                self.nodes.push(NodeBuilder::default());
            }
            at = found as usize;
        }
        let Some(node) = self.nodes.get_mut(at) else { return Ok(()) };
        let end = if goes_on { &mut node.rest } else { &mut node.here };
        match end {
            Some(other) => Err(*other),
            None => {
                *end = Some(route);
                Ok(())
            }
        }
    }

    pub(crate) fn build(self) -> Routes {
        Routes { nodes: self.nodes.into_iter().map(NodeBuilder::build).collect() }
    }
}

impl NodeBuilder {
    fn build(self) -> Node {
        let longest = self.literals.keys().map(String::len).max().unwrap_or(0);
        Node {
            longest_literal: u32::try_from(longest).unwrap_or(u32::MAX),
            literals: self.literals.into_iter().map(|(text, next)| (text.into_bytes().into(), next)).collect(),
            any: self.any,
            here: self.here,
            rest: self.rest,
        }
    }
}
