//! `Access-Control-Request-Headers`: a bounded list of names, whatever a client sends.

use crate::limits::{REQUESTED_HEADERS, REQUESTED_HEADERS_BYTES};
use crate::string_set::StringSet;
use crate::tokens::{AUTHORIZATION, is_tchar};
use std::sync::Arc;

/// Which request headers a policy allows.
#[derive(Clone, Debug)]
pub(crate) enum AllowedHeaders {
    /// `*`, with credentials: every name.
    All,
    /// `*`, without credentials: every name except `Authorization` (Fetch, "CORS non-wildcard
    /// request-header name").
    AllButAuthorization,
    /// These names, in lower case.
    Listed(Arc<StringSet>),
}

/// The result of checking the headers for which a preflight asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestedHeaders {
    Allowed,
    NotAllowed,
    Malformed,
}

impl AllowedHeaders {
    /// Reads the header: names separated by commas, with optional white space and empty elements.
    pub(crate) fn check(&self, header: &[u8]) -> RequestedHeaders {
        if header.len() > REQUESTED_HEADERS_BYTES {
            return RequestedHeaders::Malformed;
        }
        let mut found = RequestedHeaders::Allowed;
        let mut count = 0;
        for element in header.split(|byte| *byte == b',') {
            let name = element.trim_ows();
            if name.is_empty() {
                continue;
            }
            count += 1;
            if count > REQUESTED_HEADERS || !name.iter().all(|byte| is_tchar(*byte)) {
                return RequestedHeaders::Malformed;
            }
            if found == RequestedHeaders::Allowed && !self.allows(name) {
                found = RequestedHeaders::NotAllowed;
            }
        }
        found
    }

    fn allows(&self, name: &[u8]) -> bool {
        match self {
            AllowedHeaders::All => true,
            AllowedHeaders::AllButAuthorization => !name.eq_ignore_ascii_case(AUTHORIZATION.as_bytes()),
            AllowedHeaders::Listed(names) => names.contains_name(name),
        }
    }
}

trait Ows {
    fn trim_ows(&self) -> &[u8];
}

impl Ows for [u8] {
    /// The name without spaces and tabs around it.
    fn trim_ows(&self) -> &[u8] {
        let is_ows = |byte: &u8| matches!(byte, b' ' | b'\t');
        let start = self.iter().position(|byte| !is_ows(byte)).unwrap_or(self.len());
        let end = self.iter().rposition(|byte| !is_ows(byte)).map_or(start, |last| last + 1);
        self.get(start..end).unwrap_or_default()
    }
}
