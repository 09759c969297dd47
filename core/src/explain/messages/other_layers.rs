//! Several layers respond, and they contradict each other.

use super::{finding, listed};
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn other_server(preflight: &str, response: &str) -> Finding {
    finding(
        FindingCode::OtherServerResponded,
        format!(
            "`{}` responded to the preflight, and `{}` to the request: something in front of the server sends its own CORS \
             headers, or none",
            printable(preflight),
            printable(response)
        ),
        "configure CORS in only one of the two, and have the other pass OPTIONS requests and CORS headers through",
    )
}

pub(crate) fn preflight_not_from_policy(differences: &[String], server: Option<&str>) -> Finding {
    let who = server.map_or_else(
        || "something in front of corsac responded".to_owned(),
        |server| format!("perhaps `{}` responded, in front of corsac", printable(server)),
    );
    finding(
        FindingCode::PreflightNotFromPolicy,
        format!(
            "the captured response to the preflight is not what this policy sends: {}; {who}",
            differences.join(", ")
        ),
        "have OPTIONS requests reach the server that has this policy, and check that the server has this version of the policy",
    )
}

pub(crate) fn app_header_replaced(names: &[String]) -> Finding {
    finding(
        FindingCode::AppHeaderReplaced,
        format!("the application sets {} itself, and the policy replaces that", listed(names)),
        "remove CORS from the application, so that only the policy says who may read",
    )
}

pub(crate) fn app_header_kept(names: &[String]) -> Finding {
    finding(
        FindingCode::AppHeaderKept,
        format!(
            "the application sets {} itself, and {} sent instead of the policy's because of `keep_app_headers`",
            listed(names),
            if names.len() == 1 { "that is" } else { "those are" }
        ),
        "remove CORS from the application, or accept that the policy does not decide on these responses",
    )
}

pub(crate) fn vary_missing(value: &str) -> Finding {
    finding(
        FindingCode::VaryMissing,
        format!(
            "the response may be cached, allows only `{}`, and has no `Vary: Origin`: a cache can give it to a page of another \
             origin, which then cannot read it",
            printable(value)
        ),
        "send `Vary: Origin` with every response for this URL, including those without `Access-Control-Allow-Origin`",
    )
}
