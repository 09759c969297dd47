//! Sending one request, and reading only as much of the response as is needed.

use crate::failure::Failure;
use crate::network::agent::settings;
use crate::network::failures::failed;
use crate::network::options::ClientArguments;
use corsac::browser::{Answer, HeaderLines, NetworkError, SentRequest};
use std::io::{self, IsTerminal, Read, Write};
use std::time::Instant;
use ureq::http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::{Agent, AsSendBody, Body, Error};

/// The most bytes of a body that are read.
const BODY_BYTES: u64 = 64 * 1024;

/// A request that was sent, and what came back.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Why it was sent.
    pub(crate) purpose: String,
    pub(crate) request: SentRequest,
    pub(crate) answer: Answer,
    /// The failure, as the system or the TLS library reports it.
    pub(crate) detail: Option<String>,
    pub(crate) milliseconds: u64,
    /// The time when it was sent.
    pub(crate) at: std::time::SystemTime,
}

/// A client that does not follow redirects or reuse connections, and that uses a proxy only if one is given.
pub(crate) struct Client {
    agent: Agent,
    cookie: Option<String>,
    data: Option<String>,
    /// Everything that was sent.
    pub(crate) sent: Vec<Sent>,
    shows_progress: bool,
}

impl Client {
    pub(crate) fn new(arguments: &ClientArguments, cookie: Option<&str>, data: Option<&str>) -> Result<Self, Failure> {
        let agent = settings(arguments)?.build().new_agent();
        Ok(Client {
            agent,
            cookie: cookie.map(str::to_owned),
            data: data.map(str::to_owned),
            sent: Vec::new(),
            shows_progress: io::stderr().is_terminal(),
        })
    }

    /// Sends a request. An error is part of the answer.
    pub(crate) fn send(&mut self, purpose: &str, request: &SentRequest) -> Answer {
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

    /// Writes one line over the previous one.
    fn progress(&self, line: &str) {
        if self.shows_progress {
            // Nothing depends on whether the line is printed.
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

/// Reads only the beginning of a body: a stream may never end, and a script has its response when the body begins.
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
