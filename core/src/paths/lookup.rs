//! The route to which a path leads. Nothing here allocates.

use crate::paths::Ambiguous;
use crate::paths::segments::{Empty, first, inner, write};
use crate::paths::tree::{Node, Routes};

/// What the look-ups of one request may still cost: the nodes that are visited, and the bytes that are looked at. Only
/// routes and paths that were made for it need more: each way from a literal back to a parameter is tried.
#[derive(Debug)]
pub(crate) struct Steps(u32);

impl Default for Steps {
    fn default() -> Self {
        Steps(8192)
    }
}

impl Steps {
    /// One step, and one more for so many bytes.
    fn spend(&mut self, bytes: usize) -> Result<(), Ambiguous> {
        const BYTES_A_STEP: usize = 16;
        let bytes = u32::try_from(bytes / BYTES_A_STEP).map_err(|_| Ambiguous)?;
        self.0 = self.0.checked_sub(1 + bytes).ok_or(Ambiguous)?;
        Ok(())
    }
}

/// One look-up.
#[derive(Debug)]
pub(crate) struct Lookup<'r, 'b> {
    pub(crate) routes: &'r Routes,
    pub(crate) steps: &'b mut Steps,
    /// Room for a path; none where the path has no dots to resolve and no empty segments.
    pub(crate) buffer: Option<&'b mut [u8]>,
}

impl Lookup<'_, '_> {
    /// The route of a path, if any: literals before `{name}` before `{*rest}`, from the left.
    ///
    /// # Errors
    ///
    /// Where a segment may end at a dot and the path then leads elsewhere, and where the look-up takes too many steps.
    pub(crate) fn route_of(mut self, path: &[u8]) -> Result<Option<u32>, Ambiguous> {
        self.walk(0, inner(path))
    }

    fn walk(&mut self, node: u32, text: Option<&[u8]>) -> Result<Option<u32>, Ambiguous> {
        let Some(node) = self.routes.node(node) else { return Ok(None) };
        let Some(text) = text else {
            self.steps.spend(0)?;
            return Ok(node.here.or(node.rest));
        };
        let (segment, after) = first(text);
        self.steps.spend(segment.len())?;
        if let Some(next) = node.literal(segment) {
            let found = self.walk(next, after)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        if segment.contains(&b'.') {
            self.check_endings(node, segment, text, after)?;
        }
        if let Some(next) = node.any.filter(|_| !segment.is_empty()) {
            let found = self.walk(next, after)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(node.rest)
    }

    /// Where a segment goes on with a dot after a literal, that literal may be all that counts: Connect ends what is mounted
    /// there as it does at a slash, Rails takes what follows for a format (`/users.json`). The path is ambiguous
    /// if that leads anywhere: a route that has the segment whole, or none, would have been chosen for another's path.
    fn check_endings(
        &mut self,
        node: &Node,
        segment: &[u8],
        text: &[u8],
        after: Option<&[u8]>,
    ) -> Result<(), Ambiguous> {
        for dot in 1..segment.len().min(node.longest_literal() + 1) {
            if segment.get(dot) != Some(&b'.') {
                continue;
            }
            self.steps.spend(dot)?;
            let Some(next) = segment.get(..dot).and_then(|start| node.literal(start)) else { continue };
            // What follows the dot is nothing, or a segment that begins with it.
            let rest = text.get(dot..).unwrap_or_default();
            self.check_nothing_at(next, after)?;
            self.check_nothing_at(next, Some(rest))?;
            self.check_resolved(next, rest)?;
        }
        Ok(())
    }

    /// A mounted application may resolve the rest of the path.
    fn check_resolved(&mut self, node: u32, rest: &[u8]) -> Result<(), Ambiguous> {
        if !rest.windows(2).any(|pair| matches!(pair, b"/." | b"//")) {
            return Ok(());
        }
        let Some(buffer) = self.buffer.take() else { return Ok(()) };
        for empty in [Empty::Kept, Empty::Dropped, Empty::DroppedLast] {
            self.steps.spend(rest.len())?;
            let path = write(rest.split(|byte| *byte == b'/'), empty, true, buffer).ok_or(Ambiguous)?;
            self.check_nothing_at(node, inner(path))?;
        }
        self.buffer = Some(buffer);
        Ok(())
    }

    fn check_nothing_at(&mut self, node: u32, text: Option<&[u8]>) -> Result<(), Ambiguous> {
        if self.walk(node, text)?.is_none() { Ok(()) } else { Err(Ambiguous) }
    }
}
