//! A file of vectors, of any kind.

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile<V> {
    /// The schema, beside the file or above it.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The vectors, in their order.
    pub vectors: Vec<V>,
}
