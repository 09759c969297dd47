//! An exchange as JSON. Values that equal their default are left out.

use crate::browser::exchange::{Answer, Body, Exchange, ScriptRequest};
use crate::browser::words::{Cache, Initiator, Redirect};
use crate::config::number_text::number_text;
use crate::json_writer::JsonWriter;
use crate::predicate::PredicateAnswer;

/// The version of the two models, exchange and explanation.
pub(crate) const VERSION: i64 = 1;

impl Exchange {
    /// The exchange as JSON text in snake_case. [`Exchange::from_json`] reads it back.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        self.write(&mut out);
        out.finish()
    }

    pub(crate) fn write(&self, out: &mut JsonWriter) {
        out.object(|out| {
            out.key("version").raw(VERSION);
            out.key("page").string(&self.page);
            if let Some(url) = &self.page_url {
                out.key("page_url").string(url);
            }
            out.key("request");
            self.request.write(out);
            match self.hops.as_slice() {
                [] => {}
                [hop] => {
                    hop.preflight.write_member(out, "preflight");
                    hop.response.write_member(out, "response");
                }
                hops => {
                    out.key("response").list(|out| {
                        for hop in hops {
                            match (&hop.preflight, &hop.response) {
                                (Answer::Unknown, Answer::Unknown) => out.raw("null"),
                                (preflight, response) => out.object(|out| {
                                    preflight.write_member(out, "preflight");
                                    response.write_members(out);
                                }),
                            }
                        }
                    });
                }
            }
            match self.predicate {
                None => {}
                Some(PredicateAnswer::Failed) => out.key("predicate").string("failed"),
                Some(answer) => out.key("predicate").raw(answer == PredicateAnswer::Allow),
            }
            if let Some(after) = &self.after {
                out.key("after").object(|out| {
                    out.key("exchange");
                    after.exchange.write(out);
                    out.key("seconds").raw(number_text(after.seconds));
                });
            }
        });
    }
}

impl ScriptRequest {
    fn write(&self, out: &mut JsonWriter) {
        out.object(|out| {
            out.key("url").string(&self.url);
            out.key("method").string(&self.method);
            if !self.headers.is_empty() {
                out.key("headers").headers(&self.headers);
            }
            if let Some(credentials) = self.credentials {
                out.key("credentials").string(credentials.as_str());
            }
            if let Some(mode) = self.mode {
                out.key("mode").string(mode.as_str());
            }
            if self.redirect != Redirect::Follow {
                out.key("redirect").string(self.redirect.as_str());
            }
            if self.cache != Cache::Default {
                out.key("cache").string(self.cache.as_str());
            }
            if !self.integrity.is_empty() {
                out.key("integrity").string(&self.integrity);
            }
            match &self.body {
                Body::None => {}
                Body::Typed(kind) => out.key("body").object(|out| out.key("type").string(kind)),
                body => out.key("body").string(body.as_str()),
            }
            if self.upload_listener {
                out.key("upload_listener").raw(true);
            }
            if self.initiator != Initiator::Fetch {
                out.key("initiator").string(self.initiator.as_str());
            }
        });
    }
}

impl Body {
    /// The body as it is written in JSON. A body with a type is an object.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Body::None => "none",
            Body::Text => "text",
            Body::Urlencoded => "urlencoded",
            Body::FormData => "form-data",
            Body::Stream => "stream",
            Body::Typed(_) => "type",
        }
    }
}

impl Answer {
    fn write_member(&self, out: &mut JsonWriter, key: &str) {
        if *self != Answer::Unknown {
            out.key(key).object(|out| self.write_members(out));
        }
    }

    fn write_members(&self, out: &mut JsonWriter) {
        match self {
            Answer::Unknown => {}
            Answer::Failed(error) => out.key("error").string(error.as_str()),
            Answer::Response { status, headers } => {
                out.key("status").raw(status);
                out.key("headers").headers(headers);
            }
        }
    }
}
