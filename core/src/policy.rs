//! `Policy`: validated, compiled, immutable, usable from any thread.

use crate::acrh::AllowedHeaders;
use crate::config::Config;
use crate::error::{ConfigError, Issue, LoadError};
use crate::load::PolicyBuilder;
use crate::methods::AllowedMethods;
use crate::origins::OriginSet;
use crate::shape::{Shape, Shapes};
use crate::value::Value;
use std::path::Path;

/// A validated, compiled policy.
#[derive(Debug)]
pub struct Policy {
    pub(crate) rules: Rules,
    pub(crate) lints: Vec<Issue>,
    pub(crate) predicate: bool,
}

/// What one policy decides by.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) origins: OriginSet,
    pub(crate) methods: AllowedMethods,
    pub(crate) headers: AllowedHeaders,
    /// `*` with credentials: the request's own list is sent back.
    pub(crate) echo_headers: bool,
    pub(crate) private_network: bool,
    pub(crate) shapes: Shapes,
}

impl Policy {
    /// Validates and compiles a configuration.
    ///
    /// # Errors
    ///
    /// All issues at once, each with its fix.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(config.into())
    }

    /// The same from JSON text.
    ///
    /// # Errors
    ///
    /// As [`Policy::new`]; code `syntax` where the text is not JSON.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().json(text.as_ref())
    }

    /// The same from TOML text.
    ///
    /// # Errors
    ///
    /// As [`Policy::new`]; code `syntax` where the text is not TOML.
    pub fn from_toml(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().toml(text.as_ref())
    }

    /// The same from a file: JSON if its name ends in `.json`, else TOML.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] where the file cannot be read, else as [`Policy::new`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        PolicyBuilder::new().file(path.as_ref())
    }

    /// What is valid but useless or risky in the configuration. Doors log each once, when the policy is built.
    #[must_use]
    pub fn lints(&self) -> &[Issue] {
        &self.lints
    }

    /// Whether an origin that nothing matches is put to the host's predicate.
    #[must_use]
    pub fn has_predicate(&self) -> bool {
        self.predicate
    }

    /// Every answer that the policy can give, for doors that prepare their own objects for each. A shape stands
    /// at its own [`index`](Shape::index).
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        self.rules.shapes.all()
    }

    /// Bytes on the heap that grow with the number of patterns.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.rules.origins.memory()
    }
}

impl TryFrom<Value> for Policy {
    type Error = ConfigError;

    fn try_from(value: Value) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(value)
    }
}
