//! Decisions on `http` types. These allocate, as every change of a `HeaderMap` does.

use crate::decide::decision::Decision;
use crate::decide::request::RequestHeaders;
use crate::response::template::Op;
use crate::response::vary::merge_vary;
use ::http::{HeaderMap, HeaderName, HeaderValue};

impl Decision<'_> {
    /// Puts the decision's headers on a response: the application's own CORS headers come off, `Vary` is merged.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for name in self.removed() {
            headers.remove(name.as_str());
        }
        let mut kept = false;
        for header in self.headers() {
            let name = HeaderName::from_static(header.name.as_str());
            let merged;
            let value = if header.op == Op::Merge {
                merged = merge_vary(headers.get_all(&name).iter().map(HeaderValue::as_bytes), header.value);
                &merged
            } else {
                header.value
            };
            // Every value is tokens, commas and white space, or a well-formed origin.
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            match header.op {
                // A further line of what was left out is left out too.
                Op::Add if kept => {}
                Op::Add => {
                    headers.append(name, value);
                }
                Op::Default if kept || headers.contains_key(&name) => kept = true,
                _ => {
                    headers.insert(name, value);
                }
            }
        }
    }
}

impl<'r> From<&'r HeaderMap> for RequestHeaders<'r> {
    fn from(headers: &'r HeaderMap) -> Self {
        headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())).collect()
    }
}
