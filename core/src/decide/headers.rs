//! `Access-Control-Request-Headers`: a bounded list of names, whatever a client sends.

use crate::limits::{REQUESTED_HEADERS, REQUESTED_HEADERS_BYTES};
use crate::string_set::StringSet;
use crate::tokens::{AUTHORIZATION, is_token};
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
        let mut rest = Some(header);
        while let Some(list) = rest {
            let (element, after) = split_at_comma(list);
            rest = after;
            // Browsers send lower case and no white space, so most names need not be read byte by byte.
            if found != RequestedHeaders::Allowed || !self.lists(element) {
                match self.check_closely(element, found) {
                    Some(RequestedHeaders::Malformed) => return RequestedHeaders::Malformed,
                    Some(now) => found = now,
                    None => continue,
                }
            }
            count += 1;
            if count > REQUESTED_HEADERS {
                return RequestedHeaders::Malformed;
            }
        }
        found
    }

    /// The result for all elements up to this one; `before` is the result for those before it. `None` if the element is
    /// empty.
    // This is a separate function, so that the loop over the elements stays in registers.
    #[inline(never)]
    fn check_closely(&self, element: &[u8], before: RequestedHeaders) -> Option<RequestedHeaders> {
        let name = without_ows(element);
        if name.is_empty() {
            None
        } else if !is_token(name) {
            Some(RequestedHeaders::Malformed)
        } else if before == RequestedHeaders::Allowed && !self.allows(name) {
            Some(RequestedHeaders::NotAllowed)
        } else {
            Some(before)
        }
    }

    /// Whether an element is a listed name, written as it is listed.
    #[inline]
    fn lists(&self, element: &[u8]) -> bool {
        matches!(self, AllowedHeaders::Listed(names) if names.contains(element))
    }

    fn allows(&self, name: &[u8]) -> bool {
        match self {
            AllowedHeaders::All => true,
            AllowedHeaders::AllButAuthorization => !name.eq_ignore_ascii_case(AUTHORIZATION.as_bytes()),
            AllowedHeaders::Listed(names) => names.contains_name(name),
        }
    }
}

/// The first element of a list, and what follows its comma, if it has one.
#[inline]
fn split_at_comma(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    match list.split_at_checked(element_length(list)) {
        Some((element, after)) => (element, after.get(1..)),
        None => (list, None),
    }
}

/// How many bytes are before the first comma.
#[inline]
fn element_length(list: &[u8]) -> usize {
    let (chunks, rest) = list.as_chunks::<8>();
    let mut length = 0;
    for chunk in chunks {
        if let Some(index) = comma_in(*chunk) {
            return length + index;
        }
        length += chunk.len();
    }
    if rest.is_empty() {
        return length;
    }
    match list.last_chunk::<8>() {
        // The first bytes of this chunk, which have been read already, are not commas.
        Some(chunk) => comma_in(*chunk).map_or(list.len(), |index| list.len() - chunk.len() + index),
        None => rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len()),
    }
}

/// The index of the first comma.
#[inline]
fn comma_in(chunk: [u8; 8]) -> Option<usize> {
    const COMMAS: u64 = u64::from_le_bytes([b','; 8]);
    const LOWEST_BITS: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST_BITS: u64 = LOWEST_BITS << 7;
    // A comma becomes zero. The lowest of the bits that remain is in the first byte that is zero.
    let differences = u64::from_le_bytes(chunk) ^ COMMAS;
    let zeros = differences.wrapping_sub(LOWEST_BITS) & !differences & HIGHEST_BITS;
    (zeros != 0).then(|| (zeros.trailing_zeros() / u8::BITS) as usize)
}

/// An element without its optional white space (RFC 9110, section 5.6.3).
fn without_ows(mut element: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = element {
        element = rest;
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;
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
        fn an_element_ends_at_the_first_comma(list in "[a\\-+,.\u{ac}]{0,40}") {
            let expected = list.bytes().position(|byte| byte == b',').unwrap_or(list.len());
            prop_assert_eq!(element_length(list.as_bytes()), expected);
        }

        #[test]
        fn a_list_is_read_as_it_is_defined(header in "[aXx\\-bB ,\t;]{0,12}|((a|x-b|X-B|Content-Type|c|,| |\t|\u{7f}){1}[, \t]{0,2}){0,40}") {
            prop_assert_eq!(listed().check(header.as_bytes()), by_definition(header.as_bytes()));
        }
    }
}
