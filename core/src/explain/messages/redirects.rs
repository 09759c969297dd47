//! Redirects that cannot be followed, and responses that a page cannot use.

use super::{finding, shown};
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn not_followed(location: Option<&str>) -> Finding {
    let target = location.map_or_else(String::new, |location| format!(" to `{}`", printable(location)));
    finding(
        FindingCode::RedirectNotFollowed,
        format!("the server redirects{target}, but the script asked for an error in that case (`redirect: \"error\"`)"),
        "request the final URL, or remove `redirect: \"error\"`",
    )
}

pub(crate) fn invalid(location: &str) -> Finding {
    finding(
        FindingCode::RedirectInvalid,
        format!("the server redirects to `{}`, which is not a valid URL", printable(location)),
        "fix the `Location` that the server sends",
    )
}

pub(crate) fn scheme_not_http(location: &str) -> Finding {
    finding(
        FindingCode::RedirectSchemeNotHttp,
        format!("the server redirects to `{}`, which is neither http nor https", printable(location)),
        "redirect to an http or https URL",
    )
}

pub(crate) fn too_many() -> Finding {
    finding(
        FindingCode::TooManyRedirects,
        "the server redirects more than 20 times, which is most likely a loop",
        "follow the `Location` of each response: two rules, such as one for https and one for slashes, may undo each other",
    )
}

pub(crate) fn with_user(location: Option<&str>) -> Finding {
    let target = location.map_or_else(|| "a URL".to_owned(), |location| format!("`{}`,", printable(location)));
    finding(
        FindingCode::RedirectWithUser,
        format!(
            "the server redirects to {target} which contains a user name or a password, and browsers refuse that across \
             origins"
        ),
        "leave them out of the `Location` that the server sends",
    )
}

pub(crate) fn with_stream(status: u16) -> Finding {
    finding(
        FindingCode::RedirectWithStream,
        format!("the server redirects with {status}, and a body that is a stream cannot be sent a second time"),
        "request the final URL, or send a body that is not a stream",
    )
}

pub(crate) fn resource_policy(value: &[u8]) -> Finding {
    finding(
        FindingCode::ResourcePolicyBlocks,
        format!(
            "`Cross-Origin-Resource-Policy: {}` does not let pages of other origins load the response",
            shown(value)
        ),
        "send `Cross-Origin-Resource-Policy: cross-origin` with responses that other sites may embed, or request the \
         response in the mode `cors` (`crossorigin` on an element), to which this header does not apply",
    )
}

pub(crate) fn opaque_integrity() -> Finding {
    finding(
        FindingCode::OpaqueIntegrity,
        "`integrity` is set, but without CORS the browser is not allowed to compare the response with the hash",
        "set `crossorigin=\"anonymous\"` on the element, and have the server send `Access-Control-Allow-Origin`",
    )
}
