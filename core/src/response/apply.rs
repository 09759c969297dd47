//! Putting the headers of a decision on a response, which is the same in every host.

use crate::response::header_name::HeaderName;
use crate::response::template::{Action, Header, Op};
use crate::response::vary::merge_vary;
use std::borrow::Cow;

/// The headers of a host's response, as far as a decision changes them. Names are compared without regard to case.
pub trait ResponseHeaders {
    /// Why the host could not read or change its headers.
    type Error;

    /// The values of all lines of this name, in their order.
    ///
    /// # Errors
    ///
    /// The host's own.
    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Self::Error>;

    /// Whether there is a line of this name.
    ///
    /// # Errors
    ///
    /// The host's own.
    fn contains(&self, name: HeaderName) -> Result<bool, Self::Error> {
        Ok(!self.values(name)?.is_empty())
    }

    /// Removes all lines of this name.
    ///
    /// # Errors
    ///
    /// The host's own.
    fn remove(&mut self, name: HeaderName) -> Result<(), Self::Error>;

    /// Replaces all lines of this name by one with this value, or adds it.
    ///
    /// # Errors
    ///
    /// The host's own.
    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Self::Error>;

    /// Adds a line of this name behind those that are there.
    ///
    /// # Errors
    ///
    /// The host's own.
    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Self::Error>;
}

/// Which headers win where the application has set one that the decision sets as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// What the policy says in `keep_app_headers`.
    #[default]
    OfPolicy,
    /// The application's, as if the policy said `keep_app_headers`: for hosts with a setting of their own.
    Application,
}

impl Precedence {
    /// That of a host whose own setting says whether the application's headers are kept. An answer that corsac gives itself
    /// has no application, so that it keeps no headers.
    #[must_use]
    pub fn of_host(keep_app_headers: bool, action: Action) -> Self {
        if keep_app_headers && action == Action::Continue { Precedence::Application } else { Precedence::OfPolicy }
    }
}

/// Puts headers on a response: first `removed` come off it, then `headers` go on in their order.
///
/// A binding calls this where it has no [`Decision`](crate::Decision) any more, but its headers.
///
/// # Errors
///
/// The host's own, from the first call that fails. The response is then half changed and must not be sent.
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
    // Once the application has set one of the headers that it may keep, ours after it are left out: credentials are
    // never allowed to an origin that the policy did not decide on.
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
