//! Cookies that a response sets: whether the browser stores them, and whether later requests carry them.

use super::messages::cookies;
use crate::browser::header_lines;
use crate::browser::url::Url;
use crate::explain::explanation::Finding;

/// The attributes of one `Set-Cookie` that matter here (RFC 6265bis, section 5.6).
struct Cookie {
    name: String,
    secure: bool,
    same_site: Option<String>,
}

impl Cookie {
    fn parse(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default().trim().to_owned();
        let mut cookie = Cookie { name, secure: false, same_site: None };
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            if key.trim().eq_ignore_ascii_case("secure") {
                cookie.secure = true;
            } else if key.trim().eq_ignore_ascii_case("samesite") {
                cookie.same_site = Some(value.trim().to_ascii_lowercase());
            }
        }
        cookie
    }

    fn is_none(&self) -> bool {
        self.same_site.as_deref() == Some("none")
    }
}

/// Findings about the cookies that a response sets, if the page has another origin.
pub(crate) fn cookie_findings(page: &str, url: &Url, lines: &[(Vec<u8>, Vec<u8>)], credentialed: bool) -> Vec<Finding> {
    let cookies: Vec<Cookie> = header_lines::values(lines, "set-cookie").map(Cookie::parse).collect();
    let names = |wanted: &dyn Fn(&Cookie) -> bool| -> Vec<String> {
        cookies.iter().filter(|cookie| wanted(cookie)).map(|cookie| cookie.name.clone()).collect()
    };
    let mut found = Vec::new();
    if cookies.is_empty() {
        return found;
    }
    if !credentialed {
        found.push(cookies::ignored(&names(&|_| true)));
        return found;
    }
    let insecure = names(&|cookie| cookie.is_none() && !cookie.secure);
    if !insecure.is_empty() {
        found.push(cookies::not_secure(&insecure));
    }
    let is_same_site =
        Url::parse(page, None).is_some_and(|page| page.scheme == url.scheme && page.is_schemelessly_same_site(url));
    if !is_same_site {
        for has_attribute in [true, false] {
            let names = names(&|cookie| !cookie.is_none() && cookie.same_site.is_some() == has_attribute);
            if !names.is_empty() {
                found.push(cookies::same_site(&names, has_attribute));
            }
        }
    }
    found
}
