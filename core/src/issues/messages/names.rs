//! Methods and header names.

use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::{HEADER_NAME_BYTES, METHOD_BYTES};
use crate::printable::printable;

const EMPTY: &str = "the entry is empty: perhaps a variable is not set";

pub(crate) fn empty_method() -> Fault {
    Fault::new(Code::MethodNotToken, EMPTY, "remove the entry, or write a method such as `PUT`")
}

pub(crate) fn method_not_token(method: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        Code::MethodNotToken,
        format!("`{}` is not a valid method: a method is one token of at most {METHOD_BYTES} bytes", printable(method)),
        suggestion.unwrap_or_else(|| "write one method in each entry, such as `PUT`".into()),
    )
}

/// A known method in another case.
pub(crate) fn method_case(method: &str, known: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        Code::MethodCase,
        format!("`{method}` is not `{known}`: methods are case-sensitive"),
        suggestion.unwrap_or_else(|| "write it in upper case".into()),
    )
}

pub(crate) fn forbidden_method(method: &str) -> Fault {
    Fault::new(Code::MethodForbidden, format!("`{method}` is ignored: browsers never send it"), "remove it")
}

pub(crate) fn options_listed() -> Fault {
    Fault::new(
        Code::OptionsListed,
        "preflights do not need `OPTIONS` in the list: corsac answers them in any case",
        "remove it, unless scripts send OPTIONS requests themselves",
    )
}

pub(crate) fn empty_header() -> Fault {
    Fault::new(Code::HeaderNotToken, EMPTY, "remove the entry, or write a name such as `X-Request-Id`")
}

pub(crate) fn header_not_token(name: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        Code::HeaderNotToken,
        format!(
            "`{}` is not a valid header name: a name is one token of at most {HEADER_NAME_BYTES} bytes",
            printable(name)
        ),
        suggestion.unwrap_or_else(|| "write one name in each entry, such as `X-Request-Id`, without a value".into()),
    )
}

pub(crate) fn forbidden_request_header(name: &str) -> Fault {
    let name = name.to_ascii_lowercase();
    Fault::new(
        Code::RequestHeaderForbidden,
        format!("`{name}` is ignored: scripts cannot set it, so no preflight asks for it"),
        "remove it",
    )
}

/// A response header in a list of request headers.
pub(crate) fn response_header(name: &str, key: &str, notation: Notation) -> Fault {
    let name = name.to_ascii_lowercase();
    // The name of the setting in this dialect.
    let exposed = if key == "allowed_headers" { "exposed_headers" } else { "expose_headers" };
    Fault::new(
        Code::RequestHeaderResponseOnly,
        format!("`{name}` is ignored: it is a response header, and this is the list of request headers"),
        format!("remove it; to let scripts read it, list it in `{}`", notation.key(exposed)),
    )
}

pub(crate) fn forbidden_response_header(name: &str) -> Fault {
    let name = name.to_ascii_lowercase();
    Fault::new(Code::ExposeForbidden, format!("scripts can never read `{name}`, even if it is exposed"), "remove it")
}

/// A request header in the list of exposed response headers.
pub(crate) fn request_header(name: &str, key: &str, notation: Notation) -> Fault {
    let name = name.to_ascii_lowercase();
    // The name of the setting in this dialect.
    let allowed = if key == "exposed_headers" { "allowed_headers" } else { "allow_headers" };
    Fault::new(
        Code::ExposeRequestOnly,
        format!("`{name}` is a request header, and this is the list of response headers that scripts may read"),
        format!("remove it; to let scripts send it, list it in `{}`", notation.key(allowed)),
    )
}

/// `*` among the exposed headers, with credentials.
pub(crate) fn any_header_exposed_with_credentials() -> Fault {
    Fault::new(
        Code::ExposeAnyWithCredentials,
        "with credentials, `*` is not a wildcard, but only a header named `*`",
        "list the headers that scripts may read, such as `ETag`",
    )
}

/// `*` without `Authorization`, which it does not cover; `key` is the list.
pub(crate) fn authorization_not_covered(key: &str, notation: Notation) -> Fault {
    let better = notation.list_setting(key, &["*", "Authorization"]);
    Fault::new(
        Code::AuthorizationNotCovered,
        "`*` does not cover `Authorization`",
        format!("write `{better}` if scripts send it; otherwise list the headers that they send"),
    )
}

pub(crate) fn covered_by_wildcard(name: &str) -> Fault {
    Fault::new(
        Code::RedundantBesideWildcard,
        format!("`{}` is ignored: `*` already covers it", printable(name)),
        "remove it, or remove the `*`",
    )
}
