//! A file of vectors of any kind.

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile<V> {
    /// The schema, next to the file or in a folder above it.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// The vectors, in their order.
    pub vectors: Vec<V>,
}
