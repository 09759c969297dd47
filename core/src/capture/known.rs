//! Facts about a request that were given separately from the pasted text.

/// Facts about a request that were given separately from the pasted text. They take precedence over those in the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'k> {
    /// The origin of the page.
    pub page: Option<&'k str>,
    /// The URL that is requested.
    pub url: Option<&'k str>,
    /// Whether the request is made with credentials.
    pub credentials: bool,
}
