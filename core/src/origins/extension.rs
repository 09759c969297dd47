//! `chrome-extension://*` and similar patterns: any extension of one browser.
//!
//! Each installation of Firefox gives an extension a different identifier, and Safari gives it a different one each time
//! it starts. So their origins cannot be listed one by one.

use crate::origins::origin::Origin;

/// A browser's scheme for the pages of extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtensionScheme {
    Chromium,
    Firefox,
    Safari,
}

impl ExtensionScheme {
    pub(crate) const ALL: [ExtensionScheme; 3] =
        [ExtensionScheme::Chromium, ExtensionScheme::Firefox, ExtensionScheme::Safari];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            ExtensionScheme::Chromium => "chrome-extension",
            ExtensionScheme::Firefox => "moz-extension",
            ExtensionScheme::Safari => "safari-web-extension",
        }
    }

    /// The scheme, if a text is exactly the pattern for any extension.
    pub(crate) fn of_pattern(text: &str) -> Option<Self> {
        Self::of_scheme(text.strip_suffix("://*")?.as_bytes())
    }

    /// The scheme, if it is that of a browser's extensions.
    pub(crate) fn of_scheme(scheme: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.as_str().as_bytes() == scheme)
    }

    /// Very different origins of extensions. A pattern that matches all of them matches every extension with
    /// this scheme.
    pub(crate) fn unlike_examples(self) -> impl Iterator<Item = String> {
        ["w-0_q.Z", "3"].into_iter().map(move |host| format!("{}://{host}", self.as_str()))
    }
}

/// The schemes whose extensions are all allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExtensionSchemes(u8);

impl ExtensionSchemes {
    pub(crate) fn insert(&mut self, scheme: ExtensionScheme) {
        self.0 |= 1 << scheme as u8;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = ExtensionScheme> {
        ExtensionScheme::ALL.into_iter().filter(move |scheme| self.0 & (1 << *scheme as u8) != 0)
    }

    /// Whether a well-formed origin is that of such an extension: it has a host, of any characters that the hosts of
    /// applications may have, and no port, since extensions have none.
    pub(crate) fn matches(self, origin: &Origin<'_>) -> bool {
        let has_no_port = origin.without_port().len() == origin.text.len();
        has_no_port && self.iter().any(|scheme| scheme.as_str().as_bytes() == origin.scheme)
    }
}
