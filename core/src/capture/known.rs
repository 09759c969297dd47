//! What is known of a request besides what was pasted.

/// What is known of a request besides what was pasted. It is preferred to what a text says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'k> {
    /// The origin of the page.
    pub page: Option<&'k str>,
    /// The URL that is requested.
    pub url: Option<&'k str>,
    /// The request is made with credentials.
    pub credentials: bool,
}
