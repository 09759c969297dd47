//! `Policy`: validated, compiled, immutable, usable from any thread.

use crate::builder::PolicyBuilder;
use crate::config::settings::PredicateOf;
use crate::config::settings_table::Config;
use crate::config::value::Value;
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::decide::protection::{Mode, Protection};
use crate::issues::issue::{ConfigError, Issue, LoadError};
use crate::origins::set::OriginSet;
use crate::paths::tree::Routes;
use crate::response::outcome::Layout;
use crate::response::render::Templates;
use crate::response::template::Template;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// A validated, compiled policy, immutable and usable from any thread.
#[derive(Debug)]
pub struct Policy {
    /// What holds where no route says otherwise.
    pub(crate) rules: Rules,
    pub(crate) routes: Option<RoutedRules>,
    pub(crate) templates: Templates,
    pub(crate) lints: Vec<Issue>,
}

/// What the decisions of a policy depend on, besides `Origin`, the method and the headers of preflights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The host's predicate: somewhere it is asked about an origin that no pattern matches.
    pub predicate: bool,
    /// The request's path: the policy has routes.
    pub path: bool,
    /// [`Request::host`](crate::Request::host) and the fields after it: somewhere requests are judged by more than CORS.
    pub protection: bool,
    /// Somewhere WebSocket handshakes are judged: a host whose handshakes never reach its middleware has to say so.
    pub websockets: bool,
}

/// What the routes of a policy decide by.
#[derive(Debug)]
pub(crate) struct RoutedRules {
    pub(crate) paths: Routes,
    pub(crate) rules: Box<[Rules]>,
    /// For paths that servers read differently.
    pub(crate) ambiguous: Rules,
}

/// What a policy, or one of its routes, decides by. Routes share what they inherit.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) origins: Arc<OriginSet>,
    /// Credentials: plain http to another machine is refused whatever matched it.
    pub(crate) secure_only: bool,
    pub(crate) credentials: bool,
    pub(crate) predicate: Option<PredicateOf>,
    pub(crate) methods: Arc<AllowedMethods>,
    pub(crate) headers: Arc<AllowedHeaders>,
    /// `*` with credentials: the request's own list is sent back.
    pub(crate) echo_headers: bool,
    pub(crate) private_network: bool,
    pub(crate) protection: Option<Arc<Protection>>,
    pub(crate) layout: Layout,
}

impl Policy {
    /// Validates and compiles a configuration.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] with all issues at once, each with its fix.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(config.into())
    }

    /// Builds a policy from JSON text in UTF-8 (RFC 8259).
    ///
    /// # Errors
    ///
    /// Those of [`Policy::new`]; the code `syntax` where the text is not JSON. Issues name their lines.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().json(text.as_ref())
    }

    /// Builds a policy from TOML text in UTF-8.
    ///
    /// ```
    /// use corsac::Policy;
    ///
    /// let error = Policy::from_toml("allow_origins = ['https://app.example.com/']").unwrap_err();
    /// println!("{error}");
    /// assert_eq!(error.issues()[0].code.as_str(), "origin-trailing-slash");
    /// assert_eq!(error.issues()[0].help, "write `https://app.example.com`");
    /// ```
    ///
    /// It prints what is wrong, where, and what to write instead:
    ///
    /// ```text
    /// 1 problem in the CORS policy
    /// allow_origins[0], line 1: `https://app.example.com/` ends in a slash; …
    ///   help: write `https://app.example.com`
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Policy::new`]; the code `syntax` where the text is not TOML. Issues name their lines.
    pub fn from_toml(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().toml(text.as_ref())
    }

    /// Builds a policy from a file of at most 64 MiB: JSON if its name ends in `.json`, else TOML.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] where the file cannot be read; [`LoadError::Config`] where it is refused, with the codes
    /// `file-not-regular` and `file-too-large` besides those of the text.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        PolicyBuilder::new().file(path.as_ref())
    }

    /// What is valid but useless or risky in the configuration, in the order in which it was found.
    ///
    /// Whoever builds a policy logs each lint once.
    #[must_use]
    pub fn lints(&self) -> &[Issue] {
        &self.lints
    }

    fn all_rules(&self) -> impl Iterator<Item = &Rules> {
        std::iter::once(&self.rules).chain(self.routes.iter().flat_map(|routes| &routes.rules))
    }

    /// What the policy's decisions depend on, so that a binding reads no more of a request than that.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let protections = || self.all_rules().filter_map(|rules| rules.protection.as_deref());
        Needs {
            predicate: self.all_rules().any(|rules| rules.predicate.is_some()),
            path: self.routes.is_some(),
            protection: protections().next().is_some(),
            websockets: protections().any(|protection| protection.websockets != Mode::Off),
        }
    }

    /// Every response template of the policy, for bindings that prepare their own objects for each.
    ///
    /// A template stands at its own [`index`](Template::index).
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        self.templates.all()
    }

    /// The memory that the policy takes, in bytes, roughly: patterns, routes and response templates.
    #[must_use]
    pub fn memory(&self) -> usize {
        let mut seen = HashSet::new();
        let origins = self.all_rules().map(|rules| &rules.origins).filter(|origins| seen.insert(Arc::as_ptr(origins)));
        let origins: usize = origins.map(|origins| origins.memory()).sum();
        let routes = self.routes.as_ref().map_or(0, |routes| routes.paths.memory() + size_of_val(&*routes.rules));
        let size = |template: &Template| size_of_val(template) + size_of_val(template.headers());
        origins + routes + self.templates().iter().map(size).sum::<usize>()
    }
}

impl TryFrom<Value> for Policy {
    type Error = ConfigError;

    fn try_from(value: Value) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(value)
    }
}
