//! Which headers of a response a script can read.

use crate::browser::prepared::lower_sorted;
use crate::browser::response_headers::ResponseLines;
use crate::tokens::is_forbidden_response_header;

/// Fetch, "CORS-safelisted response-header name".
const SAFELISTED: [&str; 7] =
    ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

/// The names that a script can read, and those that it cannot. Each is in lower case, and is listed once.
pub(crate) fn split_headers(lines: ResponseLines<'_>, cors: bool, credentials: bool) -> (Vec<String>, Vec<String>) {
    let names = lower_sorted(lines.lines.iter().map(|(name, _)| *name));
    // A list with an element that is not a token exposes nothing.
    let exposed = lines.tokens("access-control-expose-headers").unwrap_or_default().unwrap_or_default();
    let any = !credentials && exposed.contains(&&b"*"[..]);
    names.into_iter().partition(|name| {
        let listed = || exposed.iter().any(|listed| listed.eq_ignore_ascii_case(name.as_bytes()));
        !is_forbidden_response_header(name) && (!cors || any || SAFELISTED.contains(&name.as_str()) || listed())
    })
}
