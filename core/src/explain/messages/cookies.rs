//! Cookies. CORS does not decide about them, but people often suspect CORS.

use super::{finding, is_or_are, it_or_them, listed};
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;

pub(crate) fn ignored(names: &[String]) -> Finding {
    finding(
        FindingCode::CookieIgnored,
        format!(
            "the response sets {}, and the browser does not store {}: the request was sent without credentials",
            listed(names),
            it_or_them(names)
        ),
        "send the request with `credentials: \"include\"` (`withCredentials`), and have the server send \
         `Access-Control-Allow-Credentials: true` and the page's origin in `Access-Control-Allow-Origin`",
    )
}

pub(crate) fn not_secure(names: &[String]) -> Finding {
    finding(
        FindingCode::CookieNotSecure,
        format!(
            "browsers refuse {}, which {} `SameSite=None` without `Secure`",
            listed(names),
            if names.len() == 1 { "has" } else { "have" }
        ),
        "add `Secure` to the `Set-Cookie`, and serve the site over https",
    )
}

pub(crate) fn same_site(names: &[String], has_attribute: bool) -> Finding {
    let why = if has_attribute {
        format!("{} `SameSite` does not allow that", if names.len() == 1 { "its" } else { "their" })
    } else {
        format!("without `SameSite`, Chromium treats {} as `Lax`", it_or_them(names))
    };
    finding(
        FindingCode::CookieSameSite,
        format!(
            "the page is on another site, and {} {} neither stored nor sent with the page's requests: {why}",
            listed(names),
            is_or_are(names)
        ),
        "send `SameSite=None; Secure` with the cookie, or put the page and the server on one site, such as \
         `app.example.com` and `api.example.com`; in browsers that block third-party cookies, only one site for both works",
    )
}

pub(crate) fn credentials_not_included(status: u16, mode: &str) -> Finding {
    finding(
        FindingCode::CredentialsNotIncluded,
        format!(
            "the server responded with {status}, but the request carried no cookies: its credentials mode is `{mode}`, \
             which sends none to another origin"
        ),
        "if the server recognises users by a cookie, send the request with `credentials: \"include\"` (`withCredentials`)",
    )
}
