//! Failures of a connection: their kind, as a browser sees it, and a sentence.

use crate::network::agent::HEADER_BYTES;
use corsac::browser::NetworkError;
use std::io;
use ureq::Error;

/// Which kind of failure it is, and what is known about it.
pub(crate) fn failed(error: Error, is_tls: bool) -> (NetworkError, String) {
    match &error {
        Error::Timeout(_) => (NetworkError::Timeout, "no response came in time".to_owned()),
        Error::HostNotFound => (NetworkError::Dns, "the name has no address".to_owned()),
        Error::ConnectionFailed => (NetworkError::Connection, "no connection could be made".to_owned()),
        Error::Tls(_) | Error::Rustls(_) => (NetworkError::Tls, certificate(&error.to_string())),
        Error::LargeResponseHeader(..) => (
            NetworkError::Connection,
            format!("the headers have more than {} KiB, which browsers refuse", HEADER_BYTES / 1024),
        ),
        Error::Io(io) => of_io(io, is_tls),
        Error::Protocol(_) => (NetworkError::Connection, format!("the response is not valid HTTP: {error}")),
        _ => (NetworkError::Connection, error.to_string()),
    }
}

fn of_io(error: &io::Error, is_tls: bool) -> (NetworkError, String) {
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            (NetworkError::Timeout, "no response came in time".to_owned())
        }
        io::ErrorKind::ConnectionRefused => (NetworkError::Connection, "no program listens on this port".to_owned()),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            (NetworkError::Connection, "the server closed the connection without a response".to_owned())
        }
        io::ErrorKind::InvalidData if is_tls => (NetworkError::Tls, certificate(&text)),
        _ if text.contains("certificate") => (NetworkError::Tls, certificate(&text)),
        _ if text.contains("lookup") || text.contains("resolve") => {
            (NetworkError::Dns, "the name has no address".to_owned())
        }
        _ => (NetworkError::Connection, text),
    }
}

/// The problem of a certificate, taken from the TLS library's message.
fn certificate(text: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("Expired", "the certificate has expired"),
        ("not valid yet", "the certificate is not valid yet"),
        ("NotValidForName", "the certificate is for another name"),
        ("certificate not valid for name", "the certificate is for another name"),
        (
            "UnknownIssuer",
            "the certificate is not signed by an authority that this machine trusts; it may be self-signed",
        ),
        (
            "CaUsedAsEndEntity",
            "the certificate is not signed by an authority that this machine trusts; it may be self-signed",
        ),
        ("BadSignature", "the certificate is not signed by an authority that this machine trusts"),
        ("Revoked", "the certificate has been revoked"),
        ("corrupt message", "the port does not speak TLS; it may be one for http"),
    ];
    let lower = text.to_ascii_lowercase();
    let words = WORDS.iter().find(|(word, _)| lower.contains(&word.to_ascii_lowercase()));
    words.map_or_else(|| format!("TLS failed: {text}"), |(_, sentence)| (*sentence).to_owned())
}
