//! `corsac probe` and certificates.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::{Folder, Run};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

const PAGE: &str = "https://app.example.com";

/// An authority of the test's own.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A server on this machine that allows the page, with a certificate for a name; returns its URL.
fn server(authority: &CertifiedIssuer<'static, KeyPair>, name: &str, years: (i32, i32)) -> String {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (parameters.not_before, parameters.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    let certificate = parameters.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            // A client that does not trust the certificate goes away.
            if stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {PAGE}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                let _ = stream.write_all(head.as_bytes());
            }
        }
    });
    format!("https://localhost:{port}/")
}

fn probe(folder: &Folder, url: &str, trusted: &str) -> Run {
    folder.corsac_with(&["probe", url, "--from", PAGE, "--only", "--timeout", "5"], b"", &[("SSL_CERT_FILE", trusted)])
}

#[test]
fn certificates_are_checked_as_browsers_do() {
    let folder = Folder::new("probe-tls");
    let authority = authority();
    let trusted = folder.file("authority.pem", authority.pem());
    let other = folder.file("other.pem", self::authority().pem());
    let (trusted, other) = (trusted.to_str().unwrap(), other.to_str().unwrap());
    let run = probe(&folder, &server(&authority, "localhost", (2020, 2090)), trusted);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("readable"), "{}", run.out);
    for (name, years, authorities, sentence) in [
        ("localhost", (2020, 2090), other, "no authority that is trusted here has signed the certificate"),
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
