//! `Access-Control-Request-Headers`: a bounded list of names, whatever a client sends.

use crate::limits::{REQUESTED_HEADERS, REQUESTED_HEADERS_BYTES};
use crate::string_set::StringSet;
use crate::tokens::{AUTHORIZATION, token_length};
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
        let mut rest = header;
        while let Some((name, after)) = next_element(rest) {
            rest = after;
            if name.is_empty() {
                continue;
            }
            count += 1;
            if count > REQUESTED_HEADERS {
                return RequestedHeaders::Malformed;
            }
            if found == RequestedHeaders::Allowed && !self.allows(name) {
                found = RequestedHeaders::NotAllowed;
            }
        }
        if rest.is_empty() { found } else { RequestedHeaders::Malformed }
    }

    fn allows(&self, name: &[u8]) -> bool {
        match self {
            AllowedHeaders::All => true,
            AllowedHeaders::AllButAuthorization => !name.eq_ignore_ascii_case(AUTHORIZATION.as_bytes()),
            AllowedHeaders::Listed(names) => names.contains_name(name),
        }
    }
}

/// The first element of a list, and what follows its comma. An element is a name or nothing, and may have white space around it.
/// `None` if the list is empty or does not begin with an element.
#[inline]
fn next_element(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, after) = list.split_at_checked(token_length(list))?;
    match after.split_first() {
        Some((b',', rest)) => Some((name, rest)),
        None if name.is_empty() => None,
        None => Some((name, after)),
        // Browsers send no white space, so that this need not be fast.
        Some(_) if name.is_empty() => match after_ows(after)? {
            [] => Some((b"", b"")),
            rest => next_element(rest),
        },
        Some(_) => match after_ows(after)?.split_first() {
            None => Some((name, b"")),
            Some((b',', rest)) => Some((name, rest)),
            Some(_) => None,
        },
    }
}

/// The text after its spaces and tabs; `None` if it does not begin with one.
fn after_ows(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
    if end == 0 { None } else { text.get(end..) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::is_token;
    use proptest::prelude::*;

    fn listed() -> AllowedHeaders {
        AllowedHeaders::Listed(Arc::new(StringSet::of_names(vec!["a", "x-b", "content-type"])))
    }

    /// The definition of the check, written without regard to speed.
    fn by_definition(header: &[u8]) -> RequestedHeaders {
        let elements = header.split(|byte| *byte == b',');
        let trimmed = elements.map(|element| element.trim_ascii_start().trim_ascii_end());
        let names: Vec<&[u8]> = trimmed.filter(|name| !name.is_empty()).collect();
        let allowed =
            |name: &&[u8]| [&b"a"[..], b"x-b", b"content-type"].iter().any(|it| it.eq_ignore_ascii_case(name));
        if names.len() > REQUESTED_HEADERS || names.iter().any(|name| !is_token(name)) {
            RequestedHeaders::Malformed
        } else if names.iter().all(allowed) {
            RequestedHeaders::Allowed
        } else {
            RequestedHeaders::NotAllowed
        }
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_is_defined(header in "[aXx\\-bB ,\t;]{0,12}|((a|x-b|X-B|Content-Type|c|,| |\t|\u{7f}){1}[, \t]{0,2}){0,40}") {
            prop_assert_eq!(listed().check(header.as_bytes()), by_definition(header.as_bytes()));
        }
    }
}
