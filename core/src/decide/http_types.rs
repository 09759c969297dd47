//! Requests and responses of the `http` crate.

use crate::decide::decision::Decision;
use crate::decide::request::RequestHeaders;
use ::http::HeaderMap;

impl<'r> From<&'r HeaderMap> for RequestHeaders<'r> {
    fn from(headers: &'r HeaderMap) -> Self {
        headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())).collect()
    }
}

impl Decision<'_> {
    /// [`apply_to`](Self::apply_to) for a header map of the `http` crate, which cannot fail.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let Ok(()) = self.apply_to(headers);
    }
}
