//! Requests that were captured, and the responses to them.

use crate::browser::octets::latin1_bytes;
use crate::browser::{Credentials, Exchange, HeaderLines, SeenRequest};
use crate::capture::known::Known;

/// The page that is used if nothing names one.
const ANY_PAGE: &str = "https://page.example";
/// The URL that is used if nothing names one.
const ANY_URL: &str = "https://server.example/";

/// The result of reading a capture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Captured {
    /// Each request with its responses, secrets included.
    pub exchanges: Vec<Exchange>,
    /// Facts that are missing from the text.
    pub notes: Vec<CaptureNote>,
    /// Whether the pasted text has no response.
    pub is_request_only: bool,
}

/// A fact that is missing from a captured text. An example is used instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureNote {
    /// Nothing names the page that makes the request.
    PageUnknown,
    /// Nothing names the URL.
    UrlUnknown,
}

impl CaptureNote {
    /// The example that is used.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            CaptureNote::PageUnknown => ANY_PAGE,
            CaptureNote::UrlUnknown => ANY_URL,
        }
    }
}

impl Captured {
    pub(crate) fn note(&mut self, note: CaptureNote) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// A captured request, which owns its data.
#[derive(Clone, Debug, Default)]
pub(crate) struct CapturedRequest {
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: HeaderLines,
    pub(crate) has_body: bool,
    /// The page, if the capture names it outside the request.
    pub(crate) page: Option<String>,
}

impl CapturedRequest {
    pub(crate) fn seen(&self) -> SeenRequest<'_> {
        SeenRequest { url: &self.url, method: &self.method, headers: &self.headers, has_body: self.has_body }
    }

    /// The exchange without answers. Its page is the one that `known` names, or else the one that the capture names; if
    /// neither names one, an example is used, and a note says so.
    pub(crate) fn exchange(&self, known: &Known<'_>, captured: &mut Captured) -> Exchange {
        let named = known.page.map(str::to_owned).or_else(|| self.seen().page()).or_else(|| self.page.clone());
        let page = named.unwrap_or_else(|| {
            captured.note(CaptureNote::PageUnknown);
            ANY_PAGE.to_owned()
        });
        let mut exchange = self.seen().exchange(Some(&page)).unwrap_or_else(|| Exchange::new(&page, &self.url));
        if known.credentials {
            exchange.request.credentials = Some(Credentials::Include);
        }
        exchange
    }
}

/// A line `Name: value`, as bytes. Characters beyond Latin-1 become UTF-8.
pub(crate) fn header_line(line: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    // The pseudo-headers of HTTP/2 begin with a colon.
    let (name, value) = match line.strip_prefix(':') {
        Some(rest) => rest.split_once(':').map(|(name, value)| (format!(":{name}"), value)),
        None => line.split_once(':').map(|(name, value)| (name.to_owned(), value)),
    }?;
    let name = name.trim();
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"(),/;<=>?@[\\]{}".contains(&byte));
    is_name.then(|| (name.as_bytes().to_vec(), latin1_bytes(value.trim())))
}
