//! How far the URL of a request is from the page that makes it, as `Sec-Fetch-Site` expresses it.

use crate::browser::url::Url;

/// The value of `Sec-Fetch-Site` (Fetch Metadata, section 2.3). A greater value means a greater
/// distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FetchSite {
    SameOrigin,
    SameSite,
    CrossSite,
}

impl FetchSite {
    /// The value for a URL that a page of this serialised origin requests.
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
