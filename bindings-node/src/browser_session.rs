//! A simulated browser that says which request it sends next. `lib/testing` sends the request.

use corsac::browser::Session;
use napi::bindgen_prelude::{BufferSlice, Error, Result, Status};
use napi_derive::napi;

/// A browser that makes one request of a page's script.
#[napi(js_name = "BrowserSession")]
pub struct NodeBrowserSession {
    session: Session,
}

#[napi]
impl NodeBrowserSession {
    /// Starts with an exchange as JSON text. JavaScript has read the exchange before, so an error is thrown as
    /// plain text.
    #[napi(constructor, catch_unwind)]
    pub fn new(exchange: BufferSlice<'_>) -> Result<Self> {
        let session =
            Session::from_json(&exchange).map_err(|error| Error::new(Status::InvalidArg, error.to_string()))?;
        Ok(NodeBrowserSession { session })
    }

    /// The request that the browser sends next, as JSON; null if the browser has finished.
    #[napi(catch_unwind)]
    pub fn next_request(&self) -> Option<String> {
        self.session.next_request().map(|request| request.to_json())
    }

    /// Takes the answer, which is JSON text.
    #[napi(catch_unwind)]
    pub fn respond(&mut self, answer: BufferSlice<'_>) -> Result<()> {
        let read = self.session.respond_json(&answer);
        read.map_err(|error| Error::new(Status::InvalidArg, error.to_string()))
    }

    /// The exchange so far, without its secrets, as JSON.
    #[napi(catch_unwind)]
    pub fn exchange(&self) -> String {
        self.session.exchange().to_json()
    }
}
