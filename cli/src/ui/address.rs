//! The state of the page in the fragment of its address: what `playground/share.js` reads.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// The beginning of a fragment.
const BEGINNING: &str = "#1.";
/// The longest fragment that the page reads, in characters.
const MOST_CHARACTERS: usize = 32_000;

/// The fragment of a page with this policy, and with a request to begin with. Secrets in URLs of the policy are left out. `None`
/// if it is too long.
pub(crate) fn fragment_with(policy: &str) -> Option<String> {
    let state = serde_json::json!({
        "policy": corsac::binding::redacted_text(policy),
        "exchange": {
            "version": 1,
            "page": "https://app.example.com",
            "request": { "url": "https://api.example.com/" },
        },
    });
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(state.to_string().as_bytes()).ok()?;
    let fragment = format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(encoder.finish().ok()?));
    (fragment.len() <= MOST_CHARACTERS).then_some(fragment)
}
