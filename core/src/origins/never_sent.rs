//! Origins that are well-formed but that no browser sends.

use crate::origins::origin::{self, Origin};
use crate::origins::punycode;

/// Schemes whose documents have the origin `null`, or that browsers do not render.
const SCHEMES: [&str; 14] = [
    "about",
    "blob",
    "data",
    "ftp",
    "ftps",
    "git",
    "javascript",
    "ldap",
    "mailto",
    "sftp",
    "ssh",
    "tel",
    "urn",
    "view-source",
];

/// Whether no page has this origin.
pub(crate) fn is_never_sent(origin: &Origin<'_>) -> bool {
    if origin::default_port(origin.scheme).is_some() {
        return origin.host.split(|byte| *byte == b'.').any(is_bad_punycode);
    }
    SCHEMES.iter().any(|scheme| scheme.as_bytes() == origin.scheme)
}

fn is_bad_punycode(label: &[u8]) -> bool {
    label.strip_prefix(b"xn--").is_some_and(|encoded| !punycode::is_decodable(encoded))
}
