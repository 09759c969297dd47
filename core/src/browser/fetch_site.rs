//! How far a request is from the page that makes it, as browsers say it in `Sec-Fetch-Site`.

use crate::browser::url::Url;

/// The value of `Sec-Fetch-Site` (Fetch Metadata, section 2.3). The greater is the farther.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FetchSite {
    SameOrigin,
    SameSite,
    CrossSite,
}

impl FetchSite {
    /// That of a URL which is asked for by a page of this serialised origin.
    pub(crate) fn of(page: &str, url: &Url) -> Self {
        match Url::parse(page, None) {
            Some(page) if page.origin() == url.origin() => FetchSite::SameOrigin,
            Some(page) if page.scheme == url.scheme && page.is_schemelessly_same_site(url) => FetchSite::SameSite,
            _ => FetchSite::CrossSite,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            FetchSite::SameOrigin => "same-origin",
            FetchSite::SameSite => "same-site",
            FetchSite::CrossSite => "cross-site",
        }
    }
}
