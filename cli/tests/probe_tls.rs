//! `corsac probe` and certificates.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

#[path = "common/server.rs"]
mod server;
#[path = "common/tls.rs"]
mod tls;

use common::{Folder, Run};
use tls::{Authority, TlsServer, authority};

const PAGE: &str = "https://app.example.com";

/// A server that allows the page; returns its URL.
fn server(authority: &Authority, name: &str, years: (i32, i32)) -> String {
    let server = TlsServer::start(authority, (name, years), |_, stream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {PAGE}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
    });
    format!("{}/", server.url)
}

fn probe(folder: &Folder, url: &str, trusted: &str) -> Run {
    folder.corsac_with(&["probe", url, "--from", PAGE, "--only", "--timeout", "5"], b"", &[("SSL_CERT_FILE", trusted)])
}

#[test]
fn certificates_are_checked_as_browsers_do() {
    let folder = Folder::new("probe-tls");
    let (authority, stranger) = (authority(), authority());
    let trusted = folder.file("authority.pem", authority.pem());
    let other = folder.file("other.pem", stranger.pem());
    let (trusted, other) = (trusted.to_str().unwrap(), other.to_str().unwrap());
    let run = probe(&folder, &server(&authority, "localhost", (2020, 2090)), trusted);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("readable"), "{}", run.out);
    for (name, years, authorities, sentence) in [
        ("localhost", (2020, 2090), other, "the certificate is not signed by an authority that this machine trusts"),
        ("localhost", (2020, 2021), trusted, "the certificate has expired"),
        ("localhost", (2080, 2090), trusted, "the certificate is not valid yet"),
        ("other.example", (2020, 2090), trusted, "the certificate is for another name"),
    ] {
        let run = probe(&folder, &server(&authority, name, years), authorities);
        assert_eq!(run.status, 3, "{sentence}: {run:?}");
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("tls-failed") && flat.contains(sentence), "{sentence}: {}", run.out);
    }
}
