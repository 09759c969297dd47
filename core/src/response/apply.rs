//! Putting the headers of a decision on a response, which is the same in every host.

use crate::response::header_name::HeaderName;
use crate::response::template::{Action, Header, Op};
use crate::response::vary::merge_vary;
use std::borrow::Cow;

/// The operations on a host's response headers that a decision needs. Names are compared without regard to case.
pub trait ResponseHeaders {
    /// The error of a host that could not read or change its headers.
    type Error;

    /// The values of all lines of this name, in their order.
    ///
    /// # Errors
    ///
    /// The host's own error.
    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Self::Error>;

    /// Whether there is a line of this name.
    ///
    /// # Errors
    ///
    /// The host's own error.
    fn contains(&self, name: HeaderName) -> Result<bool, Self::Error> {
        Ok(!self.values(name)?.is_empty())
    }

    /// Removes all lines of this name.
    ///
    /// # Errors
    ///
    /// The host's own error.
    fn remove(&mut self, name: HeaderName) -> Result<(), Self::Error>;

    /// Replaces all lines of this name with one line that has this value, or adds that line.
    ///
    /// # Errors
    ///
    /// The host's own error.
    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Self::Error>;

    /// Adds a line of this name after the existing lines.
    ///
    /// # Errors
    ///
    /// The host's own error.
    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Self::Error>;
}

/// Which header is kept if both the application and the decision set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// The one that the policy's `keep_app_headers` chooses.
    #[default]
    OfPolicy,
    /// The application's header, as if the policy had `keep_app_headers`. This is for hosts with a setting of their
    /// own.
    Application,
}

impl Precedence {
    /// The precedence for a host that has its own setting for keeping the application's headers. If corsac itself
    /// responds, the application has not run, so no headers are kept.
    #[must_use]
    pub fn of_host(keep_app_headers: bool, action: Action) -> Self {
        if keep_app_headers && action == Action::Continue { Precedence::Application } else { Precedence::OfPolicy }
    }
}

/// Puts headers on a response: first the headers in `removed` are removed, then those in `headers` are added in their
/// order.
///
/// A binding calls this if it has kept only the headers of a [`Decision`](crate::Decision).
///
/// # Errors
///
/// The error of the first call that fails. The response is then half changed and must not be sent.
pub fn apply_headers<'a, R: ResponseHeaders>(
    removed: impl IntoIterator<Item = HeaderName>,
    headers: impl IntoIterator<Item = Header<'a>>,
    precedence: Precedence,
    response: &mut R,
) -> Result<(), R::Error> {
    let keeps_all = precedence == Precedence::Application;
    if !keeps_all {
        for name in removed {
            response.remove(name)?;
        }
    }
    // If the application has set one of the headers that it may keep, corsac leaves out its own value, and the headers
    // that it would set after this one, so that credentials are never allowed for an origin that the policy did not
    // decide on.
    let mut application_wins = false;
    for Header { name, value, op } in headers {
        match op {
            Op::Merge => {
                let values = response.values(name)?;
                if values.is_empty() {
                    response.set(name, value)?;
                } else {
                    let merged = merge_vary(values.iter().map(AsRef::as_ref), value);
                    response.set(name, &merged)?;
                }
            }
            Op::Set if !keeps_all => response.set(name, value)?,
            Op::Set | Op::Default => {
                application_wins = application_wins || response.contains(name)?;
                if !application_wins {
                    response.set(name, value)?;
                }
            }
            Op::Add if application_wins => {}
            Op::Add => response.append(name, value)?,
        }
    }
    Ok(())
}
