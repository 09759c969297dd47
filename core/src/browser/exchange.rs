//! An exchange: a script's request, and the responses of servers.

use crate::browser::octets::is_form_type;
use crate::browser::words::{Cache, Credentials, Initiator, Mode, NetworkError, Redirect};
use crate::predicate::PredicateAnswer;

/// The lines of a message's header section: names and values as bytes, in the order of the wire.
///
/// In JSON each byte is one character (Latin-1).
pub type HeaderLines = Vec<(Vec<u8>, Vec<u8>)>;

/// A request that a page's script makes, and the responses of servers to it.
///
/// It is read by [`Exchange::from_json`] and [`Exchange::from_value`] and written by [`Exchange::to_json`].
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The origin of the page as browsers write it: `https://app.example.com`, or `null`.
    pub page: String,
    /// The address of the page. If the origin is `null`, it shows whether the page is secure.
    pub page_url: Option<String>,
    /// The request that the script makes.
    pub request: ScriptRequest,
    /// The responses to the request and, if it was redirected, to the requests that followed. Empty if no response is
    /// known.
    pub hops: Vec<Hop>,
    /// An earlier exchange of the same page, whose preflight may still be cached.
    pub after: Option<Box<After>>,
    /// The answer of a policy's origin predicate, if it is asked.
    pub predicate: Option<PredicateAnswer>,
}

/// The request that a script or an element makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptRequest {
    /// The URL, as written. It may be relative to the page's address.
    pub url: String,
    /// The method, as written. Browsers convert some methods to upper case.
    pub method: String,
    /// The headers that the script sets.
    pub headers: HeaderLines,
    /// The credentials mode; `None` means the default of the initiator.
    pub credentials: Option<Credentials>,
    /// The mode; `None` means the default of the initiator.
    pub mode: Option<Mode>,
    /// How redirects are handled.
    pub redirect: Redirect,
    /// How the HTTP cache is used.
    pub cache: Cache,
    /// Hashes that the response has to match. Empty if there are none.
    pub integrity: String,
    /// The body, which may imply a `Content-Type`.
    pub body: Body,
    /// Whether a script listens to the progress of an `XMLHttpRequest`'s upload.
    pub upload_listener: bool,
    /// The API or element that makes the request.
    pub initiator: Initiator,
}

/// The properties of a request's body on which CORS depends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    None,
    /// A string.
    Text,
    /// A `URLSearchParams` object, or a form of the usual encoding.
    Urlencoded,
    /// A `FormData` object, or a form that contains files.
    FormData,
    /// A `ReadableStream`.
    Stream,
    /// A `Blob`, or anything else that has this type. An empty type does not imply a `Content-Type`.
    Typed(String),
}

/// One request on the wire: its preflight, if there was one, and its response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// The response to the preflight.
    pub preflight: Answer,
    /// The response to the request.
    pub response: Answer,
}

/// The response to one request on the wire, or what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The response is not known.
    #[default]
    Unknown,
    /// There was no response.
    Failed(NetworkError),
    /// There was this response.
    Response {
        /// The status, 100 to 999.
        status: u16,
        /// The headers.
        headers: HeaderLines,
    },
}

/// An exchange that came earlier.
#[derive(Clone, Debug, PartialEq)]
pub struct After {
    /// The exchange.
    pub exchange: Exchange,
    /// The time since the preflight of that exchange, in seconds, to the millisecond.
    pub seconds: f64,
}

impl Exchange {
    /// A page's `fetch()` of a URL with the method GET, without a known response.
    #[must_use]
    pub fn new(page: &str, url: &str) -> Self {
        Exchange {
            page: page.to_owned(),
            page_url: None,
            request: ScriptRequest::new(url),
            hops: Vec::new(),
            after: None,
            predicate: None,
        }
    }
}

impl ScriptRequest {
    /// A `fetch()` with the method GET.
    #[must_use]
    pub fn new(url: &str) -> Self {
        ScriptRequest {
            url: url.to_owned(),
            method: "GET".to_owned(),
            headers: Vec::new(),
            credentials: None,
            mode: None,
            redirect: Redirect::Follow,
            cache: Cache::Default,
            integrity: String::new(),
            body: Body::None,
            upload_listener: false,
            initiator: Initiator::Fetch,
        }
    }

    /// The mode of the request: the one that is given, or the default of the initiator.
    ///
    /// Source: the standards of the initiators. HTML, "create a potential-CORS request"; Beacon, section 4.2.
    #[must_use]
    pub fn mode(&self) -> Mode {
        if let Some(mode) = self.mode {
            return mode;
        }
        match self.initiator {
            Initiator::Fetch | Initiator::Xhr | Initiator::EventSource | Initiator::Module | Initiator::Font => {
                Mode::Cors
            }
            // A beacon is sent like a form, unless its type is one that a form cannot send.
            Initiator::Beacon => match &self.body {
                Body::Typed(kind) if !kind.is_empty() && !is_form_type(kind.as_bytes()) => Mode::Cors,
                _ => Mode::NoCors,
            },
            Initiator::Img | Initiator::Script | Initiator::Css => Mode::NoCors,
            Initiator::Form => Mode::Navigate,
            Initiator::WebSocket => Mode::WebSocket,
        }
    }

    /// The credentials mode of the request: the one that is given, or the default of the initiator.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        if let Some(credentials) = self.credentials {
            return credentials;
        }
        match self.initiator {
            Initiator::Fetch | Initiator::Xhr | Initiator::EventSource | Initiator::Module | Initiator::Font => {
                Credentials::SameOrigin
            }
            // An element in the mode `cors` without a given credentials mode has `crossorigin="anonymous"`.
            Initiator::Img | Initiator::Script | Initiator::Css if self.mode == Some(Mode::Cors) => {
                Credentials::SameOrigin
            }
            _ => Credentials::Include,
        }
    }
}

impl Answer {
    /// The status, if there is a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Answer::Response { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The headers; none if there is no response.
    #[must_use]
    pub fn headers(&self) -> &[(Vec<u8>, Vec<u8>)] {
        match self {
            Answer::Response { headers, .. } => headers,
            _ => &[],
        }
    }
}
