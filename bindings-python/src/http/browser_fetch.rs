//! The browser's side, for `corsac.testing`.

use crate::http::octets::{Octets, latin1};
use corsac::browser::{Fetch, PREFLIGHT_METHOD};
use pyo3::prelude::*;

/// A header as a pair of name and value, each str or bytes.
type HeaderPair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// What a page's script asks for, as a browser sees it.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct BrowserFetch {
    origin: Octets,
    method: Octets,
    headers: Vec<(Octets, Octets)>,
    credentials: bool,
}

#[pymethods]
impl BrowserFetch {
    #[new]
    fn new(
        origin: &Bound<'_, PyAny>,
        method: &Bound<'_, PyAny>,
        headers: Vec<HeaderPair<'_>>,
        credentials: bool,
    ) -> PyResult<Self> {
        Ok(BrowserFetch {
            origin: Octets::read(origin, "origin")?,
            method: Octets::read(method, "method")?,
            headers: octets(&headers)?,
            credentials,
        })
    }

    /// The method of a preflight.
    #[classattr]
    #[pyo3(name = "PREFLIGHT_METHOD")]
    fn preflight_method() -> &'static str {
        PREFLIGHT_METHOD
    }

    /// The headers of the preflight that is sent first, or None.
    fn preflight(&self) -> Option<Vec<(String, String)>> {
        let headers = self.fetch(&borrowed(&self.headers)).preflight()?;
        Some(headers.into_iter().map(|(name, value)| (latin1(&name), latin1(&value))).collect())
    }

    /// What is wrong with the response to the preflight, or None.
    fn check_preflight(&self, status: u16, headers: Vec<HeaderPair<'_>>) -> PyResult<Option<String>> {
        let response = octets(&headers)?;
        let checked = self.fetch(&borrowed(&self.headers)).check_preflight(status, &borrowed(&response));
        Ok(checked.err().map(|blocked| blocked.to_string()))
    }

    /// Why the script may not read the response, or None.
    fn check(&self, headers: Vec<HeaderPair<'_>>) -> PyResult<Option<String>> {
        let response = octets(&headers)?;
        let checked = self.fetch(&borrowed(&self.headers)).check(&borrowed(&response));
        Ok(checked.err().map(|blocked| blocked.to_string()))
    }
}

impl BrowserFetch {
    fn fetch<'f>(&'f self, headers: &'f [(&'f [u8], &'f [u8])]) -> Fetch<'f> {
        Fetch { origin: self.origin.as_slice(), method: self.method.as_slice(), headers, credentials: self.credentials }
    }
}

fn octets(headers: &[HeaderPair<'_>]) -> PyResult<Vec<(Octets, Octets)>> {
    headers
        .iter()
        .map(|(name, value)| Ok((Octets::read(name, "a header's name")?, Octets::read(value, "a header's value")?)))
        .collect()
}

fn borrowed(headers: &[(Octets, Octets)]) -> Vec<(&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
}
