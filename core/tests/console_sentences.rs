//! Reading what consoles print: every recorded sentence of three engines, and texts that people paste.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::browser::{Exchange, NetworkError};
use corsac::explain::{FindingSeverity, diagnose, network_error, read_console};
use serde_json::Value as Json;
use std::path::Path;

fn recorded() -> Vec<Json> {
    let mut found = Vec::new();
    for name in ["recorded.json", "noted.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/browsers").join(name);
        let file: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        found.extend(file["exchanges"].as_array().unwrap().iter().cloned());
    }
    found
}

/// The console of an engine in a recording, by the engine's name.
fn consoles(vector: &Json) -> Vec<(&str, Vec<&str>)> {
    let expect = vector["expect"].as_object().unwrap();
    let consoles = expect.iter().filter_map(|(engine, seen)| Some((engine.as_str(), seen["console"].as_array()?)));
    consoles
        .map(|(engine, lines)| (engine, lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>()))
        .filter(|(_, lines)| !lines.is_empty())
        .collect()
}

#[test]
fn every_recorded_sentence_is_recognised() {
    let mut count = 0;
    for vector in recorded() {
        for (engine, lines) in consoles(&vector) {
            for line in lines {
                count += 1;
                let found = read_console(line);
                assert_eq!(found.len(), 1, "{} {engine}: {line} {found:#?}", vector["id"]);
            }
        }
    }
    assert!(count > 1400, "{count}");
}

#[test]
fn a_recorded_console_is_recognised_as_its_cause() {
    let (mut count, mut otherwise) = (0, 0);
    let mut failed = Vec::new();
    let differences = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/browsers/differences.json"),
    );
    let differences = differences.unwrap();
    for vector in recorded() {
        let exchange = Exchange::from_json(vector["exchange"].to_string().as_bytes()).unwrap();
        let explanation = diagnose(&exchange);
        for (engine, lines) in consoles(&vector) {
            let wanted: Vec<_> =
                explanation.findings.iter().filter(|finding| finding.severity() != FindingSeverity::Note).collect();
            let found = read_console(&lines.join("\n"));
            count += 1;
            assert!(found.iter().any(|sentence| sentence.is_cause), "{} {engine}: {lines:?}", vector["id"]);
            // If an engine differs from the standard, no finding has to explain its message.
            let is_other = wanted.is_empty()
                || wanted.iter().any(|finding| finding.code.as_str() == "engines-differ")
                || differences.contains(&vector["id"].to_string());
            if is_other {
                otherwise += 1;
                continue;
            }
            let is_found =
                found.iter().any(|sentence| wanted.iter().any(|finding| sentence.codes.contains(&finding.code)));
            if !is_found {
                let wanted: Vec<_> = wanted.iter().map(|finding| finding.code.as_str()).collect();
                let codes: Vec<_> = found.iter().map(|sentence| &sentence.codes).collect();
                failed.push(format!("{} {engine} {wanted:?} {lines:?} {codes:?}", vector["id"]));
            }
        }
    }
    assert!(count > 900 && otherwise < 50, "{count} {otherwise}");
    assert!(failed.is_empty(), "{} of {count}\n{}", failed.len(), failed.join("\n"));
}

/// Texts that people paste, from old and new browsers, and the code that each means.
const PASTED: &[(&str, &str)] = &[
    (
        "Failed to load https://api.example.com/items: No 'Access-Control-Allow-Origin' header is present on the requested \
         resource. Origin 'https://app.example.com' is therefore not allowed access.",
        "allow-origin-missing",
    ),
    (
        "XMLHttpRequest cannot load https://api.example.com/items. Response to preflight request doesn't pass access control \
         check: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin \
         'https://app.example.com' is therefore not allowed access. The response had HTTP status code 404.",
        "allow-origin-missing",
    ),
    (
        "login.js:31 Access to XMLHttpRequest at 'https://api.example.com/login' from origin 'https://app.example.com' has \
         been blocked by CORS policy:\n  The 'Access-Control-Allow-Origin' header contains multiple values\n \
         'https://app.example.com, *', but only one is allowed.\n(anonymous) @ login.js:31",
        "allow-origin-multiple",
    ),
    (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
         https://api.example.com/items. (Reason: missing token ‘x-id’ in CORS header ‘Access-Control-Allow-Headers’ from \
         CORS preflight channel).",
        "header-not-allowed",
    ),
    (
        "Blocage d’une requête multiorigine (Cross-Origin Request) : la politique « Same Origin » ne permet pas de consulter \
         la ressource distante située sur https://api.example.com/items. Raison : l’en-tête CORS « \
         Access-Control-Allow-Origin » est manquant. Code d’état : 200.",
        "allow-origin-missing",
    ),
    ("Cross-Origin Resource Sharing error: PreflightMissingAllowOriginHeader", "allow-origin-missing"),
    ("CORS error: HeaderDisallowedByPreflightResponse", "header-not-allowed"),
    ("https://developer.mozilla.org/docs/Web/HTTP/CORS/Errors/CORSMethodNotFound", "method-not-allowed"),
    ("GET https://api.example.com/ net::ERR_CONNECTION_REFUSED", "connection-failed"),
    ("GET https://api.example.com/ net::ERR_CERT_AUTHORITY_INVALID", "tls-failed"),
    (
        "Access to fetch at 'http://192.168.1.7/x' from origin 'http://app.example.com' has been blocked by CORS policy: The \
         request client is not a secure context and the resource is in more-private address space `local`.",
        "local-network-access",
    ),
];

#[test]
fn pasted_texts_are_recognised() {
    for (text, code) in PASTED {
        let found = read_console(text);
        let codes: Vec<_> = found.iter().flat_map(|sentence| &sentence.codes).map(|code| code.as_str()).collect();
        assert_eq!(codes.first(), Some(code), "{text} {found:#?}");
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert!(found[0].is_cause);
    }
    let old = &read_console(PASTED[0].0)[0];
    assert_eq!(old.url.as_deref(), Some("https://api.example.com/items"));
    assert_eq!(old.page.as_deref(), Some("https://app.example.com"));
}

#[test]
fn other_failures_are_not_called_cors() {
    let others = [
        "Refused to connect to 'https://api.example.com/' because it violates the following Content Security Policy \
         directive: \"connect-src 'self'\".",
        "GET https://ads.example/ net::ERR_BLOCKED_BY_CLIENT",
        "Blocked a frame with origin \"https://a.example\" from accessing a cross-origin frame.",
        "WebSocket connection to 'wss://api.example.com/ws' failed: Error during WebSocket handshake",
        "GET https://api.example.com/ net::ERR_CONNECTION_REFUSED",
        "Mixed Content: The page at 'https://a.example/' was loaded over HTTPS, but requested an insecure resource \
         'http://b.example/'. This request has been blocked; the content must be served over HTTPS.",
    ];
    for text in others {
        let found = read_console(text);
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert!(!found[0].is_cors && found[0].is_cause, "{text} {found:#?}");
        assert!(found[0].message.starts_with("this is not CORS"), "{text} {found:#?}");
    }
    let vague = &read_console("Uncaught (in promise) TypeError: Failed to fetch")[0];
    assert!(vague.is_cors && !vague.is_cause);
    assert_eq!(read_console("nothing of this kind"), []);
}

#[test]
fn only_a_refused_certificate_is_called_one() {
    for (text, code, error, says) in [
        ("net::ERR_CERT_DATE_INVALID", "tls-failed", NetworkError::Tls, "certificate"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "tls-failed", NetworkError::Tls, "could not agree on a TLS connection"),
        (
            "net::ERR_INTERNET_DISCONNECTED",
            "connection-failed",
            NetworkError::Connection,
            "no connection to the internet",
        ),
    ] {
        let found = read_console(&format!("GET https://api.example.com/items {text}"));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].codes[0].as_str(), code, "{text}");
        assert!(found[0].message.contains(says), "{text}: {}", found[0].message);
        assert_eq!(network_error(text), Some(error), "{text}");
    }
}

#[test]
fn secrets_in_urls_are_replaced() {
    let found = read_console(
        "Access to fetch at 'https://u:hunter2@api.example.com/x?a=1&access_token=hunter2' from origin 'https://a.example' has \
         been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    );
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    assert_eq!(found[0].url.as_deref(), Some("https://redacted@api.example.com/x?a=1&access_token=redacted"));
}

#[test]
fn the_cause_is_named_once() {
    let found = read_console(
        "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 500\n\
         Fetch API cannot load https://api.example.com/items due to access control checks.\n\
         Failed to load resource: Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 500",
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].codes[0].as_str(), "error-without-headers");
    assert_eq!(found[0].url.as_deref(), Some("https://api.example.com/items"));
}

#[test]
fn a_sentence_without_its_full_stop_is_read() {
    for (text, code) in [
        ("Redirect is not allowed for a preflight request", "preflight-redirected"),
        ("It does not have HTTP ok status\n", "preflight-failed"),
        ("No 'Access-Control-Allow-Origin' header is present on the requested resource", "allow-origin-missing"),
    ] {
        let found = read_console(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].codes[0].as_str(), code, "{text}");
    }
}

#[test]
fn any_text_is_read_in_time() {
    for piece in [
        "The 'Access-Control-Allow-Origin' header contains multiple values '",
        "Method ",
        "Access to ",
        "\u{2019}",
        "\0\u{1b}[31m",
        "Origin x is not allowed by Access-Control-Allow-Origin. Status code: ",
    ] {
        let start = std::time::Instant::now();
        assert!(read_console(&piece.repeat((10 << 20) / piece.len())).len() <= 100);
        assert!(start.elapsed().as_secs() < 20, "{piece}");
    }
}
