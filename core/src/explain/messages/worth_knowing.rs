//! Findings about requests that work.

use super::{finding, is_or_are, it_or_them, listed};
use crate::explain::explanation::Finding;
use crate::explain::messages::script::REDIRECT_TO_HTTPS;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn engines_differ(groups: &str) -> Finding {
    finding(
        FindingCode::EnginesDiffer,
        format!("browsers do not agree on this request: {groups}"),
        "test in each browser that your users have; the field `engines` of the explanation says what each of \
         them does",
    )
}

pub(crate) fn http_error(status: u16) -> Finding {
    let help = match status {
        401 | 403 => {
            "check what the response says about the login: perhaps a token has expired, or a cookie is not sent"
        }
        404 => "check the URL's path",
        405 => "check which methods the server has for this path",
        429 => "wait, or send fewer requests at a time",
        500.. => "look in the server's log",
        _ => "read the response, which says what is wrong with the request",
    };
    finding(FindingCode::HttpError, format!("the script can read the response, whose status is {status}"), help)
}

pub(crate) fn opaque(url: &str) -> Finding {
    finding(
        FindingCode::OpaqueResponse,
        format!(
            "the mode `no-cors` sends the request to `{}` but hides the response from the script: status 0, no \
             headers, no body",
            printable(url)
        ),
        "remove `mode: \"no-cors\"`, and have the server allow the page's origin",
    )
}

pub(crate) fn response_header_in_request(names: &[String]) -> Finding {
    let it = it_or_them(names);
    finding(
        FindingCode::ResponseHeaderInRequest,
        format!(
            "the script sends {}, which {}: that allows nothing, and makes a preflight necessary",
            listed(names),
            if names.len() == 1 { "is a response header" } else { "are response headers" }
        ),
        format!("remove {it} from the script; the server that gets the request has to send {it}"),
    )
}

pub(crate) fn forbidden_header_dropped(names: &[String]) -> Finding {
    let it = it_or_them(names);
    finding(
        FindingCode::ForbiddenHeaderDropped,
        format!("the browser does not send {}: scripts cannot set {it}", listed(names)),
        format!(
            "remove {it} from the script; browsers set `Origin`, `Host` and `Cookie` themselves, and send cookies with \
             `credentials: \"include\"`"
        ),
    )
}

pub(crate) fn header_not_exposed(names: &[String]) -> Finding {
    let it = it_or_them(names);
    finding(
        FindingCode::HeaderNotExposed,
        format!(
            "{} {} in the response, and developer tools show {it}, but the script cannot read {it}",
            listed(names),
            is_or_are(names)
        ),
        format!("if the script needs {it}, send `Access-Control-Expose-Headers: {}`", printable(&names.join(", "))),
    )
}

pub(crate) fn local_network(host: &str, secure_page: bool) -> Finding {
    let (today, help) = if secure_page {
        (
            "Chromium and Firefox ask the user for permission first",
            "tell the user why the page asks for the permission; no header of the server changes this",
        )
    } else {
        (
            "Chromium blocks such requests from a page without https",
            "serve the page over https; the browser then asks the user for permission",
        )
    };
    finding(
        FindingCode::LocalNetworkAccess,
        format!(
            "the page is public, and `{}` is on a local network or on the user's own machine: {today}",
            printable(host)
        ),
        help,
    )
}

pub(crate) fn redirect_to_http(url: &str) -> Finding {
    finding(
        FindingCode::RedirectToHttp,
        format!(
            "the server redirects from https to `{}`, where anyone on the network can read the request and the response",
            printable(url)
        ),
        REDIRECT_TO_HTTPS,
    )
}

pub(crate) fn response_unknown(url: &str) -> Finding {
    finding(
        FindingCode::ResponseUnknown,
        format!("the response of `{}` is not known, so nothing can be said about it", printable(url)),
        "capture the response: its status and all its header lines",
    )
}

pub(crate) fn same_origin() -> Finding {
    finding(
        FindingCode::SameOrigin,
        "the request stays within the page's origin, so CORS does not apply to it",
        "if the browser reports a CORS error, it is about another page or another URL; compare scheme, host and port",
    )
}
