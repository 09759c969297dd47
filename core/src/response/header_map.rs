//! Response headers of the `http` crate.

use crate::response::apply::ResponseHeaders;
use crate::response::header_name::HeaderName;
use ::http::header::{HeaderMap, HeaderValue};
use std::borrow::Cow;
use std::convert::Infallible;

impl ResponseHeaders for HeaderMap {
    type Error = Infallible;

    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Infallible> {
        Ok(self.get_all(name.http_name()).iter().map(|value| Cow::Borrowed(value.as_bytes())).collect())
    }

    fn contains(&self, name: HeaderName) -> Result<bool, Infallible> {
        Ok(self.contains_key(name.http_name()))
    }

    fn remove(&mut self, name: HeaderName) -> Result<(), Infallible> {
        HeaderMap::remove(self, name.http_name());
        Ok(())
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        // Every value of a decision consists of tokens, commas and white space, or is a well-formed
        // origin.
        if let Ok(value) = HeaderValue::from_bytes(value) {
            self.insert(name.http_name(), value);
        }
        Ok(())
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            HeaderMap::append(self, name.http_name(), value);
        }
        Ok(())
    }
}
