//! Reading the headers of a response as browsers do.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::octets::{trim, trim_optional_white_space};
use crate::tokens::is_token;

/// The headers of a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponseLines<'l> {
    pub(crate) lines: &'l [(&'l [u8], &'l [u8])],
    pub(crate) agent: Agent,
}

impl<'l> ResponseLines<'l> {
    fn is(self, found: &[u8], name: &str) -> bool {
        let found = if self.agent.has(Deviation::SpaceBeforeColon) { found.trim_ascii_end() } else { found };
        found.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value of each line of a header, without white space at its ends.
    pub(crate) fn values(self, name: &'l str) -> impl Iterator<Item = &'l [u8]> {
        self.lines.iter().filter(move |(found, _)| self.is(found, name)).map(|(_, value)| trim(value))
    }

    /// How many lines of a header spell its name as the first line does.
    pub(crate) fn spelled_alike(self, name: &str) -> usize {
        let mut names = self.lines.iter().map(|(found, _)| *found).filter(|found| self.is(found, name));
        names.next().map_or(0, |first| 1 + names.filter(|found| *found == first).count())
    }

    /// All lines of a header (Fetch, "get").
    pub(crate) fn get(self, name: &'l str) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> = self.values(name).collect();
        (!values.is_empty()).then(|| values.join(&b", "[..]))
    }

    /// The tokens of a header that is a list (Fetch, "extract header list values"); none if it is absent.
    ///
    /// # Errors
    ///
    /// The first element that is not a token.
    pub(crate) fn tokens(self, name: &'l str) -> Result<Option<Vec<&'l [u8]>>, &'l [u8]> {
        let mut found = None;
        for value in self.values(name) {
            let tokens: &mut Vec<&[u8]> = found.get_or_insert_with(Vec::new);
            for element in value.split(|byte| *byte == b',') {
                let element = trim_optional_white_space(element);
                if element.is_empty() {
                    continue;
                }
                if !is_token(element) {
                    return Err(element);
                }
                tokens.push(element);
            }
        }
        Ok(found)
    }
}

/// Whether a status is that of a redirect (Fetch, "redirect status").
pub(crate) fn is_redirect_status(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The lines of a message, borrowed.
pub(crate) fn borrow(lines: &[(Vec<u8>, Vec<u8>)]) -> Vec<(&[u8], &[u8])> {
    lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
}
