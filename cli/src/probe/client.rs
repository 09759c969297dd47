//! Sending one request, and reading as little of the response as tells what came.

use crate::failure::Failure;
use crate::probe::options::Arguments;
use corsac::browser::{Answer, HeaderLines, NetworkError, SentRequest};
use std::io::{self, IsTerminal, Read, Write};
use std::time::{Duration, Instant};
use ureq::http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body, Error, Proxy};

/// The longest header section that is read, in bytes, as in Chromium.
const HEADER_BYTES: usize = 256 * 1024;

/// No more is read of a body, in bytes.
const BODY_BYTES: u64 = 64 * 1024;

/// A request that was sent, and what came back.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Why it was sent.
    pub(super) purpose: String,
    pub(super) request: SentRequest,
    pub(super) answer: Answer,
    /// What the connection, or the TLS library, says about a failure.
    pub(super) detail: Option<String>,
    pub(super) milliseconds: u64,
    /// The time when it was sent.
    pub(super) at: std::time::SystemTime,
}

/// A client that does not follow redirects or reuse connections, and that uses a proxy only if one is given.
pub(super) struct Client {
    agent: Agent,
    cookie: Option<String>,
    data: Option<String>,
    /// Everything that was sent.
    pub(super) sent: Vec<Sent>,
    shows_progress: bool,
}

impl Client {
    pub(super) fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let proxy = arguments.proxy.as_deref().map(Proxy::new).transpose().map_err(|_| {
            Failure::input("--proxy: the value is not the URL of a proxy")
                .help("write it as in `http://127.0.0.1:3128`")
        })?;
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(arguments.timeout)))
            .max_response_header_size(HEADER_BYTES)
            .input_buffer_size(HEADER_BYTES * 2)
            .max_idle_connections(0)
            .allow_non_standard_methods(true)
            .user_agent(concat!("corsac/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("")
            .build()
            .new_agent();
        Ok(Client {
            agent,
            cookie: arguments.cookie.clone(),
            data: arguments.data.clone(),
            sent: Vec::new(),
            shows_progress: io::stderr().is_terminal(),
        })
    }

    /// Sends a request. What goes wrong is part of the answer.
    pub(super) fn send(&mut self, purpose: &str, request: &SentRequest) -> Answer {
        self.progress(&format!("{purpose}: {} …", request.method));
        let (start, at) = (Instant::now(), std::time::SystemTime::now());
        let (answer, detail) = match self.exchange(request) {
            Ok(answer) => (answer, None),
            Err((error, detail)) => (Answer::Failed(error), Some(detail)),
        };
        self.progress("");
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.sent.push(Sent {
            purpose: purpose.to_owned(),
            request: request.clone(),
            answer: answer.clone(),
            detail,
            milliseconds,
            at,
        });
        answer
    }

    /// One line that is written over.
    fn progress(&self, line: &str) {
        if self.shows_progress {
            // Nothing depends on it.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        }
    }

    fn exchange(&self, request: &SentRequest) -> Result<Answer, (NetworkError, String)> {
        let wrong = |what: &str| (NetworkError::Connection, format!("{what} cannot be sent"));
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| wrong("the method"))?;
        let uri: Uri = request.url.parse().map_err(|_| wrong("the URL"))?;
        let mut headers = request.headers.clone();
        if let (true, Some(cookie)) = (request.with_cookies, &self.cookie) {
            headers.push((b"cookie".to_vec(), cookie.clone().into_bytes()));
        }
        let with_body = request.has_body || matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        let data = if request.has_body { self.data.as_deref().unwrap_or_default() } else { "" };
        if with_body {
            run(&self.agent, build(method, uri, &headers, data).ok_or_else(|| wrong("a header"))?)
        } else {
            run(&self.agent, build(method, uri, &headers, ()).ok_or_else(|| wrong("a header"))?)
        }
    }
}

/// The request as the client's library takes it.
fn build<B>(method: Method, uri: Uri, headers: &HeaderLines, body: B) -> Option<Request<B>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in headers {
        request.headers_mut().append(HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    Some(request)
}

fn run<B: AsSendBody>(agent: &Agent, request: Request<B>) -> Result<Answer, (NetworkError, String)> {
    let is_tls = request.uri().scheme_str() == Some("https");
    let response = agent.run(request).map_err(|error| failed(error, is_tls))?;
    let (parts, body) = response.into_parts();
    read_some(body, is_tls)?;
    let lines =
        parts.headers.iter().map(|(name, value)| (name.as_str().as_bytes().to_vec(), value.as_bytes().to_vec()));
    Ok(Answer::Response { status: parts.status.as_u16(), headers: lines.collect() })
}

/// Reads the beginning of a body. A stream may go on for ever, and a script has its response by then.
fn read_some(body: Body, is_tls: bool) -> Result<(), (NetworkError, String)> {
    let read = io::copy(&mut body.into_with_config().limit(BODY_BYTES * 2).reader().take(BODY_BYTES), &mut io::sink());
    match read {
        Ok(_) => Ok(()),
        Err(error) => match failed(Error::from(error), is_tls) {
            (NetworkError::Timeout, _) => Ok(()),
            (_, detail) => Err((NetworkError::Incomplete, detail)),
        },
    }
}

/// Which kind of failure it is, and what is known about it.
fn failed(error: Error, is_tls: bool) -> (NetworkError, String) {
    match &error {
        Error::Timeout(_) => (NetworkError::Timeout, "nothing came in time".to_owned()),
        Error::HostNotFound => (NetworkError::Dns, "the name has no address".to_owned()),
        Error::ConnectionFailed => (NetworkError::Connection, "no connection could be made".to_owned()),
        Error::Tls(_) | Error::Rustls(_) => (NetworkError::Tls, certificate(&error.to_string())),
        Error::LargeResponseHeader(..) => (
            NetworkError::Connection,
            format!("the headers have more than {} KiB, which browsers refuse", HEADER_BYTES / 1024),
        ),
        Error::Io(io) => of_io(io, is_tls),
        Error::Protocol(_) => (NetworkError::Connection, format!("the response is not HTTP that can be read: {error}")),
        _ => (NetworkError::Connection, error.to_string()),
    }
}

fn of_io(error: &io::Error, is_tls: bool) -> (NetworkError, String) {
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            (NetworkError::Timeout, "nothing came in time".to_owned())
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

/// What is wrong with a certificate, from the words of the TLS library.
fn certificate(text: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("Expired", "the certificate has expired"),
        ("not valid yet", "the certificate is not valid yet"),
        ("NotValidForName", "the certificate is for another name"),
        ("certificate not valid for name", "the certificate is for another name"),
        ("UnknownIssuer", "no authority that is trusted here has signed the certificate; it may be self-signed"),
        ("CaUsedAsEndEntity", "no authority that is trusted here has signed the certificate; it may be self-signed"),
        ("BadSignature", "no authority that is trusted here has signed the certificate"),
        ("Revoked", "the certificate has been revoked"),
        ("corrupt message", "the port does not speak TLS; it may be one for http"),
    ];
    let lower = text.to_ascii_lowercase();
    let words = WORDS.iter().find(|(word, _)| lower.contains(&word.to_ascii_lowercase()));
    words.map_or_else(|| format!("TLS failed: {text}"), |(_, sentence)| (*sentence).to_owned())
}
