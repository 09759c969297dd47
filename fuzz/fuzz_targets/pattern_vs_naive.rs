//! For any patterns and any origin, the compiled set and the reference matcher agree.
#![no_main]

#[path = "../../core/tests/common/naive.rs"]
mod naive;

use corsac::{Config, Evaluation, Policy, Request};
use libfuzzer_sys::fuzz_target;

/// Pieces of patterns and origins: text made of them is often valid, and often nearly the same.
const WORDS: &[&str] = &[
    "https://",
    "http://",
    "app://",
    "*",
    "*.",
    ".",
    "-",
    "_",
    ":",
    ":*",
    ":8443",
    ":443",
    ":80",
    "a",
    "b",
    "foo",
    "bar",
    "evil",
    "example",
    ".com",
    ".co.uk",
    ".github.io",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "[2001:db8::1]",
    "xn--",
    "pr-",
    "0x7f",
    "1",
    "null",
    "A",
    "/",
    "@",
    "\u{fc}",
    " ",
];

fn text(pieces: &[u8]) -> String {
    pieces.iter().map(|piece| WORDS[usize::from(*piece) % WORDS.len()]).collect()
}

fuzz_target!(|input: (Vec<&[u8]>, bool, &[u8], u8)| {
    let (patterns, credentials, origin, cut) = input;
    let (worded, raw) = (text(origin).into_bytes(), origin);
    let origin = &worded[..];
    let mut config = Config {
        allow_origins: patterns.iter().take(8).map(|pieces| text(pieces)).collect(),
        allow_credentials: credentials,
        dangerously_allow: vec!["public-suffixes".into(), "null-origin".into()],
        ..Config::default()
    };
    // Entries with issues are left out, so the rest is valid.
    let bare = Config { allow_origins: Vec::new(), ..config.clone() };
    config.allow_origins.retain(|pattern| {
        let alone = Config { allow_origins: vec![pattern.clone()], ..bare.clone() };
        pattern != "*" && Policy::new(alone).is_ok()
    });
    let policy = Policy::new(config.clone()).expect("each pattern is valid");
    let naive = naive::Naive::new(&config.allow_origins, &[], credentials);
    let mut origins = vec![raw.to_vec(), origin.to_vec()];
    for pattern in &config.allow_origins {
        // Origins similar to the pattern: with the input's text in place of the wildcard, with `w` in its place, and
        // with the input's text inserted at `cut`.
        let fill = String::from_utf8_lossy(origin);
        origins.push(pattern.replacen('*', &fill, 1).into_bytes());
        origins.push(pattern.replace(":*", "").replacen('*', "w", 1).into_bytes());
        let at = usize::from(cut) % (pattern.len() + 1);
        origins.push([&pattern.as_bytes()[..at], origin, &pattern.as_bytes()[at..]].concat());
    }
    for origin in origins {
        let request = Request::new(b"GET").origin(&origin);
        let Evaluation::Decided(decision) = policy.evaluate(&request) else { panic!("asked") };
        let allowed = decision.headers().any(|header| header.name.as_str() == "access-control-allow-origin");
        assert_eq!(allowed, naive.allows(&origin), "{:?} by {config:?}", String::from_utf8_lossy(&origin));
    }
});
