//! The methods and header names that were most likely meant by a text that is neither, for help texts. They decide
//! nothing.

use crate::tokens::{self, KNOWN_METHODS};

/// The most names of one string that a suggestion spells out.
const MOST_LISTED: usize = 16;

/// Names that people write with spaces where the hyphens belong.
const USUAL_HEADERS: [&str; 40] = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Api-Key",
    "Authorization",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Expires",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Last-Modified",
    "Link",
    "Location",
    "Pragma",
    "Prefer",
    "Range",
    "Retry-After",
    "Server-Timing",
    "User-Agent",
    "WWW-Authenticate",
    "X-Api-Key",
    "X-Auth-Token",
    "X-Correlation-Id",
    "X-Csrf-Token",
    "X-Forwarded-For",
    "X-Http-Method-Override",
    "X-Request-Id",
    "X-Requested-With",
    "X-Total-Count",
    "X-Trace-Id",
    "X-Xsrf-Token",
];

/// The methods that a text was meant as, known ones in upper case; empty if that is not clear.
pub(crate) fn suggest_methods(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '/' | '+' | '[' | ']'));
    let methods = parts.map(unquoted).filter(|part| !part.is_empty()).map(|part| {
        let known = KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(part));
        match known {
            Some(known) => (*known).to_owned(),
            None => part.to_owned(),
        }
    });
    some_of(methods.collect())
}

/// The header names that a text was meant as; empty if that is not clear.
pub(crate) fn suggest_headers(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split([',', ';', '|', '\n', '[', ']']) {
        // `X-Name: value`
        let name = unquoted(part.split_once(':').map_or(part, |(name, _)| name).trim());
        let words: Vec<&str> = name.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [one] => names.push((*one).to_owned()),
            many => {
                let joined = many.join("-");
                let is_own = many.len() > 2 && many.first().is_some_and(|word| word.eq_ignore_ascii_case("x"));
                if is_own || usual(&joined).is_some() {
                    names.push(usual(&joined).map_or(joined, str::to_owned));
                } else if many.iter().all(|word| usual(word).is_some() || word.contains('-')) {
                    names.extend(many.iter().map(|word| (*word).to_owned()));
                } else {
                    return Vec::new();
                }
            }
        }
    }
    some_of(names)
}

fn usual(name: &str) -> Option<&'static str> {
    USUAL_HEADERS.iter().copied().find(|usual| usual.eq_ignore_ascii_case(name))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’'))
}

/// The names, each once; empty if any of them is not a token, or if there are too many to spell out.
fn some_of(names: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !tokens::is_token(name.as_bytes()) {
            return Vec::new();
        }
        if !once.contains(&name) {
            once.push(name);
        }
    }
    if once.len() > MOST_LISTED { Vec::new() } else { once }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        for (text, methods) in [
            ("get", "GET"),
            ("delete ", "DELETE"),
            ("GET,POST", "GET POST"),
            ("put | patch", "PUT PATCH"),
            ("'PUT'", "PUT"),
            ("PROPFIND,put", "PROPFIND PUT"),
            ("püt", ""),
            ("", ""),
        ] {
            assert_eq!(suggest_methods(text).join(" "), methods, "{text}");
        }
        for (text, names) in [
            ("X-Foo: bar", "X-Foo"),
            ("content type", "Content-Type"),
            ("x request id", "X-Request-Id"),
            ("Content-Type, X-Foo", "Content-Type X-Foo"),
            ("Authorization Content-Type", "Authorization Content-Type"),
            ("my header", ""),
            ("Ünïcode", ""),
        ] {
            assert_eq!(suggest_headers(text).join(" "), names, "{text}");
        }
    }
}
