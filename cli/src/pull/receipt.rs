//! The data that is kept from the last response, so that the next request can ask for a newer one.

use crate::pull::destination::Destination;
use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::UNIX_EPOCH;

/// The name of the hidden file, after that of the policy.
const SUFFIX: &str = "pulled";

/// The longest receipt that is read, in bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// How a server names a version of a response (RFC 9110, section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// A response whose text is in the file.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Receipt {
    version: u32,
    /// Without secrets.
    url: String,
    pub(super) validators: Validators,
    file: State,
}

/// The state of the file, which shows whether somebody has changed it since.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct State {
    length: u64,
    /// In nanoseconds.
    modified: u128,
}

impl State {
    fn of(found: &Metadata) -> Option<Self> {
        let modified = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(State { length: found.len(), modified })
    }
}

impl Receipt {
    /// The receipt for the text that the file has. None if there is none, or if the file was changed or came from another URL.
    pub(super) fn read(destination: &Destination, url: &str) -> Option<Self> {
        let path = destination.beside(SUFFIX);
        let is_small = path.metadata().is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
        let receipt: Receipt = serde_json::from_slice(&std::fs::read(path).ok().filter(|_| is_small)?).ok()?;
        let now = State::of(&destination.path().metadata().ok()?)?;
        (receipt.version == 1 && receipt.url == url && receipt.file == now).then_some(receipt)
    }

    /// Keeps it. Without it, the next request asks for the whole policy.
    pub(super) fn write(destination: &Destination, url: &str, validators: Validators) {
        let path = destination.beside(SUFFIX);
        let state = destination.path().metadata().ok().and_then(|found| State::of(&found));
        let Some(file) = state.filter(|_| validators != Validators::default()) else {
            let _ = std::fs::remove_file(path);
            return;
        };
        let receipt = Receipt { version: 1, url: url.to_owned(), validators, file };
        let _ = std::fs::write(path, serde_json::json!(receipt).to_string());
    }
}
