//! The route to which a path leads. Nothing here allocates.

use crate::paths::Ambiguous;
use crate::paths::segments::{Empty, first, inner, write};
use crate::paths::tree::{Node, Routes};

/// The cost that is left for the look-ups of one request: nodes that are visited, and bytes that are read. A look-up
/// that fails after a literal is tried again with a parameter, so only routes and paths that are made to take long need
/// more.
#[derive(Debug)]
pub(crate) struct Steps(u32);

impl Default for Steps {
    fn default() -> Self {
        Steps(8192)
    }
}

impl Steps {
    /// Takes one step, and one more for each 16 bytes.
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
    /// Space for a path; none if the path has no dots to resolve and no empty segments.
    pub(crate) buffer: Option<&'b mut [u8]>,
}

impl Lookup<'_, '_> {
    /// The route of a path, if any. From the left, literals take precedence over `{name}`, and `{name}` over `{*rest}`.
    ///
    /// # Errors
    ///
    /// If a segment may end at a dot and the path would then lead to another route, or if the look-up takes too many
    /// steps.
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

    /// If a segment continues with a dot after a literal, some servers read only that literal: Connect ends the path
    /// of a mount there, as at a slash, and Rails reads the rest as a format (`/users.json`). If that reading
    /// leads to a route, the path is ambiguous. Without this check, corsac would read only the whole segment, and
    /// choose a different route from the one that such a server chooses, or none.
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
            // Such a server drops the dot and the text after it, or reads them as a segment of its own.
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
