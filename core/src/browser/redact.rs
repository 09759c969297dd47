//! Removing secrets from an exchange when it is read. So nothing that is printed, saved or shared contains them.

use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use std::ops::Range;

/// The text that replaces a secret.
const REDACTED: &str = "[redacted]";

/// The text that replaces a secret in a URL.
const REDACTED_IN_URL: &str = "redacted";

/// Headers whose value is a secret.
const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "cookie2"];

/// A header whose name contains one of these has a secret as its value.
const SECRET_WORDS: [&str; 11] = [
    "api-key",
    "apikey",
    "api_key",
    "access-key",
    "functions-key",
    "subscription-key",
    "token",
    "secret",
    "password",
    "signature",
    "credential",
];

/// Headers with a URL in them.
const URL_HEADERS: [&str; 5] = ["location", "content-location", "referer", "refresh", "link"];

/// Parameters of URLs whose value is a secret.
const SECRET_PARAMETERS: [&str; 12] = [
    "key",
    "code",
    "sig",
    "auth",
    "jwt",
    "session",
    "sessionid",
    "sid",
    "pass",
    "passwd",
    "pwd",
    "x-amz-security-token",
];

impl Exchange {
    /// The exchange without secrets. Their values are replaced in headers and URLs, but names and the attributes of
    /// cookies stay.
    ///
    /// Exchanges that are read from JSON, and those in an explanation, have been redacted.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut exchange = self.clone();
        redact(&mut exchange);
        exchange
    }
}

/// Replaces the secrets.
pub(crate) fn redact(exchange: &mut Exchange) {
    if let Some(after) = &mut exchange.after {
        redact(&mut after.exchange);
    }
    redact_url(&mut exchange.request.url);
    exchange.page_url.iter_mut().for_each(redact_url);
    redact_lines(&mut exchange.request.headers);
    for hop in &mut exchange.hops {
        for answer in [&mut hop.preflight, &mut hop.response] {
            if let Answer::Response { headers, .. } = answer {
                redact_lines(headers);
            }
        }
    }
}

fn redact_lines(lines: &mut HeaderLines) {
    for (name, value) in lines {
        let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
        let lower = lower.trim();
        // Lists of header names in CORS headers are not secrets.
        if lower.starts_with("access-control-") {
            continue;
        }
        if lower == "set-cookie" || lower == "set-cookie2" {
            *value = redact_cookie(value);
        } else if SECRET_HEADERS.contains(&lower) || SECRET_WORDS.iter().any(|word| lower.contains(word)) {
            if !value.is_empty() {
                *value = REDACTED.as_bytes().to_vec();
            }
        } else if URL_HEADERS.contains(&lower) {
            let mut text: String = value.iter().copied().map(char::from).collect();
            redact_url(&mut text);
            *value = text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        }
    }
}

/// Replaces the value of a cookie. Its name and its attributes stay.
fn redact_cookie(value: &[u8]) -> Vec<u8> {
    let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
    let (pair, attributes) = value.split_at_checked(end).unwrap_or((value, &[]));
    let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    // Without a `=`, everything is the value.
    let name = if name.len() == pair.len() { &[][..] } else { name };
    [name, b"=", REDACTED.as_bytes(), attributes].concat()
}

/// Replaces user names, passwords and the values of secret parameters in a text that consists of URLs.
pub(crate) fn redact_url(text: &mut String) {
    redact_urls(text, &['/', '?', '#', '\\']);
}

/// Does the same as [`redact_url`] in prose. There, a URL ends at any character that is always escaped in its user
/// information (URL Standard, "userinfo percent-encode set").
pub(crate) fn redact_prose(text: &mut String) {
    redact_urls(text, &['/', '?', '#', '\\', ' ', '\t', '\n', '"', '`', '<', '>']);
}

/// A text without the secrets in its URLs: user names, passwords, and the values of secret parameters.
#[must_use]
pub fn redacted_text(text: &str) -> String {
    let mut text = text.to_owned();
    redact_prose(&mut text);
    text
}

/// `ends` has the characters that end the user information or the host of a URL.
fn redact_urls(text: &mut String, ends: &[char]) {
    let mut start = 0;
    while let Some(found) = text.get(start..).and_then(|rest| rest.find("://")) {
        start += found + "://".len();
        if let Some(user) = user_information(text, start, ends) {
            text.replace_range(user, REDACTED_IN_URL);
        }
    }
    if !text.contains('=') {
        return;
    }
    let mut out = String::with_capacity(text.len());
    // A parameter begins after one of these, and ends before one of these.
    for piece in text.split_inclusive(['?', '&', '#', ';', ' ', '"', '\'', '>', '<', ',']) {
        let end =
            piece.len() - piece.chars().last().filter(|last| "?&#; \"'><,".contains(*last)).map_or(0, char::len_utf8);
        let (parameter, delimiter) = piece.split_at_checked(end).unwrap_or((piece, ""));
        match parameter.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret_parameter(name) => {
                out.extend([name, "=", REDACTED_IN_URL, delimiter]);
            }
            _ => out.push_str(piece),
        }
    }
    *text = out;
}

fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_PARAMETERS.contains(&name.as_str()) || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The position of the user information of a URL whose authority begins at `start`.
fn user_information(text: &str, start: usize, ends: &[char]) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let end = rest.find(ends).unwrap_or(rest.len());
    let at = rest.get(..end)?.rfind('@')?;
    Some(start..start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_everything_else_stays() {
        let mut exchange =
            Exchange::new("https://a.example", "https://u:hunter2@b.example/x?a=1&access_token=hunter2#sig=hunter2");
        let line = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        exchange.request.headers = vec![
            line("Authorization", "Bearer hunter2"),
            line("X-API-Key", "hunter2"),
            line("Ocp-Apim-Subscription-Key", "hunter2"),
            line("X-Id", "7"),
        ];
        exchange.hops = vec![crate::browser::exchange::Hop {
            preflight: Answer::Unknown,
            response: Answer::Response {
                status: 302,
                headers: vec![
                    line("Set-Cookie", "sid=hunter2; Path=/; SameSite=Lax"),
                    line("Location", "/callback?code=hunter2&state=1"),
                    line("Access-Control-Expose-Headers", "X-Token"),
                ],
            },
        }];
        redact(&mut exchange);
        let json = exchange.to_json();
        assert!(!json.contains("hunter2"), "{json}");
        for kept in [
            "sid=[redacted]; Path=/; SameSite=Lax",
            "/callback?code=redacted&state=1",
            "a=1",
            "[\"X-Id\",\"7\"]",
            "X-Token",
        ] {
            assert!(json.contains(kept), "{kept} {json}");
        }
        let again = exchange.clone();
        redact(&mut exchange);
        assert_eq!(exchange, again);
    }

    #[test]
    fn each_url_of_a_text_is_without_its_user() {
        let mut text =
            "from 'https://u:hunter2@a.example/x' to 'http://hunter2@b.example:8443/?key=hunter2', not 'c@d'"
                .to_owned();
        redact_prose(&mut text);
        let redacted =
            "from 'https://redacted@a.example/x' to 'http://redacted@b.example:8443/?key=redacted', not 'c@d'";
        assert_eq!(text, redacted);
    }
}
