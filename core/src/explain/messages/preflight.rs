//! The lists of methods and headers in the response to a preflight.

use super::{finding, it_or_them, listed, listed_reasons, shown};
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn methods_invalid(value: &[u8]) -> Finding {
    finding(
        FindingCode::AllowMethodsInvalid,
        format!(
            "`Access-Control-Allow-Methods` is `{}`, which is not a list of methods, so browsers refuse the preflight",
            shown(value)
        ),
        "write methods with commas between them, and nothing else: `Access-Control-Allow-Methods: GET, POST, PUT`",
    )
}

pub(crate) fn methods_any_with_credentials(method: &str) -> Finding {
    finding(
        FindingCode::AllowMethodsAnyWithCredentials,
        format!(
            "`Access-Control-Allow-Methods: *` does not cover `{}`: with credentials, `*` is only a method named `*`",
            printable(method)
        ),
        format!("list the methods by name: `Access-Control-Allow-Methods: GET, POST, {}`", printable(method)),
    )
}

pub(crate) fn method_not_upper_case(method: &str, allowed: &str) -> Finding {
    finding(
        FindingCode::MethodNotUpperCase,
        format!(
            "the script sends `{}`, but the preflight allows `{}`: methods are case-sensitive, and browsers convert \
             only DELETE, GET, HEAD, OPTIONS, POST and PUT to upper case",
            printable(method),
            printable(allowed)
        ),
        format!("write `{}` in the script", printable(allowed)),
    )
}

pub(crate) fn method_not_allowed(method: &str, value: Option<&[u8]>) -> Finding {
    let has = match value {
        None => "there is no `Access-Control-Allow-Methods` in the response to the preflight".to_owned(),
        Some(value) => format!("`Access-Control-Allow-Methods` is `{}`", shown(value)),
    };
    finding(
        FindingCode::MethodNotAllowed,
        format!("the preflight does not allow `{}`: {has}", printable(method)),
        format!("add `{}` to the methods that the server allows in response to OPTIONS", printable(method)),
    )
}

pub(crate) fn headers_invalid(value: &[u8]) -> Finding {
    finding(
        FindingCode::AllowHeadersInvalid,
        format!(
            "`Access-Control-Allow-Headers` is `{}`, which is not a list of names, so browsers refuse the preflight",
            shown(value)
        ),
        "write names with commas between them, and nothing else: `Access-Control-Allow-Headers: Content-Type, X-Request-Id`",
    )
}

pub(crate) fn headers_any_with_credentials(names: &[String]) -> Finding {
    finding(
        FindingCode::AllowHeadersAnyWithCredentials,
        format!(
            "`Access-Control-Allow-Headers: *` does not cover {}: with credentials, `*` is only a header named `*`",
            listed(names)
        ),
        format!("list the headers by name: `Access-Control-Allow-Headers: {}`", printable(&names.join(", "))),
    )
}

pub(crate) fn header_not_allowed(names: &[String], value: Option<&[u8]>) -> Finding {
    let has = match value {
        None => "there is no `Access-Control-Allow-Headers` in the response to the preflight".to_owned(),
        Some(value) => format!("`Access-Control-Allow-Headers` is `{}`", shown(value)),
    };
    let json = names.iter().any(|name| name == "content-type");
    let also = if json { "; a JSON body needs `content-type` in that list" } else { "" };
    finding(
        FindingCode::HeaderNotAllowed,
        format!(
            "the preflight does not allow the request header{} {}: {has}",
            if names.len() == 1 { "" } else { "s" },
            listed(names)
        ),
        format!(
            "add {} to the headers that the server allows in response to OPTIONS, or do not send {}{also}",
            listed(names),
            it_or_them(names)
        ),
    )
}

pub(crate) fn authorization_only_by_wildcard(blocked: bool) -> Finding {
    let today = if blocked {
        ": browsers still accept it today, but the standard does not, so a later version of a browser \
         may block the request"
    } else {
        ", but browsers still accept it today"
    };
    finding(
        FindingCode::AuthorizationOnlyByWildcard,
        format!("`Access-Control-Allow-Headers: *` does not cover `authorization`{today}"),
        "list it by name: `Access-Control-Allow-Headers: *, authorization`",
    )
}

pub(crate) fn needless(names: &[String], method: &str) -> Finding {
    finding(
        FindingCode::NeedlessPreflight,
        format!(
            "a preflight is sent only because the script sets {}, which a {} without a body does not need",
            listed(names),
            printable(method)
        ),
        format!("do not send {}: the request then needs no preflight", listed(names)),
    )
}

pub(crate) fn value_needs_preflight(name: &str, why: &str) -> Finding {
    finding(
        FindingCode::ValueNeedsPreflight,
        format!("`{}` needs no preflight by itself, but its value does: {why}", printable(name)),
        "nothing has to be fixed if the server responds to preflights; to avoid the preflight, send a simpler value",
    )
}

pub(crate) fn not_cached() -> Finding {
    finding(
        FindingCode::PreflightNotCached,
        "the response to the preflight has no `Access-Control-Max-Age`, so browsers ask again after five seconds",
        "send `Access-Control-Max-Age: 7200` in response to OPTIONS; Chromium keeps it for 7200 seconds at most, WebKit for 600",
    )
}

pub(crate) fn unknown(because: &[String], url: &str) -> Finding {
    finding(
        FindingCode::PreflightUnknown,
        format!(
            "the browser sends a preflight to `{}` first, because of {}, but the response to it is not known",
            printable(url),
            listed_reasons(because)
        ),
        "capture the response to OPTIONS too, which developer tools list as a separate request; or send OPTIONS yourself, with \
         `Origin` and `Access-Control-Request-Method`",
    )
}
