//! The checks that `dangerously_allow` lifts: each for every origin, or for the entries that it names.

use crate::config::dangers::{Danger, Dangers};
use crate::config::table_macros::section;
use crate::config::value::Value;
use std::sync::Arc;

/// An entry of [`Config::dangerously_allow`](crate::Config::dangerously_allow): a check, and for which origins it is
/// lifted.
///
/// ```
/// use corsac::{Config, LiftedCheck, Policy};
///
/// let previews = "https://app-git-*-acme.vercel.app";
/// let policy = Policy::new(Config {
///     allow_origins: vec!["https://app.example.com".into(), previews.into()],
///     allow_credentials: true,
///     dangerously_allow: vec![LiftedCheck::for_origins("public-suffixes", [previews])],
///     ..Config::default()
/// })?;
/// # Ok::<(), corsac::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiftedCheck {
    /// The name of a check that is lifted for every origin.
    Everywhere(String),
    /// A check that is lifted for some entries of the policy's lists of origins.
    ForOrigins {
        /// The name of the check.
        check: String,
        /// The patterns and regexes, each as it is written in its list.
        origins: Vec<String>,
    },
}

impl LiftedCheck {
    /// Lifts a check only for these patterns and regexes, each as it is written in its list.
    pub fn for_origins<O: Into<String>>(check: impl Into<String>, origins: impl IntoIterator<Item = O>) -> Self {
        LiftedCheck::ForOrigins { check: check.into(), origins: origins.into_iter().map(Into::into).collect() }
    }
}

impl From<&str> for LiftedCheck {
    fn from(check: &str) -> Self {
        LiftedCheck::Everywhere(check.to_owned())
    }
}

impl From<String> for LiftedCheck {
    fn from(check: String) -> Self {
        LiftedCheck::Everywhere(check)
    }
}

impl From<LiftedCheck> for Value {
    fn from(lifted: LiftedCheck) -> Self {
        match lifted {
            LiftedCheck::Everywhere(check) => Value::String(check),
            LiftedCheck::ForOrigins { check, origins } => table(&check, origins.into()),
        }
    }
}

section! {
    /// The settings in the table of a check that is lifted for some origins.
    LiftedSetting {
        ["The name of the check."]
        Check, "check", Danger;
        ["The patterns and regexes for which the check is lifted, each as it is written in its list."]
        Origins, "origins", Origins;
    }
}

/// The names of its settings.
pub(crate) const LIFTED: &[&str] = &[LiftedSetting::Check.name(), LiftedSetting::Origins.name()];

fn table(check: &str, origins: Value) -> Value {
    let entry = |setting: LiftedSetting, value: Value| (setting.name().to_owned(), value);
    Value::Map(vec![entry(LiftedSetting::Check, check.into()), entry(LiftedSetting::Origins, origins)])
}

/// The checks that are lifted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifted {
    /// The checks that are lifted for every origin.
    pub(crate) everywhere: Dangers,
    /// The other checks, each with an entry for which it is lifted, in the order of the entries.
    named: Vec<(String, NamedLift)>,
}

/// A check that is lifted for one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedLift {
    pub(crate) danger: Danger,
    /// The place where it is written.
    pub(crate) field: String,
}

/// Nothing is lifted.
pub(crate) static NOTHING: Lifted = Lifted { everywhere: Dangers::NONE, named: Vec::new() };

impl Lifted {
    pub(crate) fn of_every_origin(everywhere: Dangers) -> Self {
        Lifted { everywhere, ..Lifted::default() }
    }

    /// Lifts a check for one entry, as it is written at this field. After the last, call [`Lifted::sorted`].
    pub(crate) fn lift_for(&mut self, entry: String, danger: Danger, field: String) {
        self.named.push((entry, NamedLift { danger, field }));
    }

    /// Puts the entries in order, as the other methods need them. The checks of one entry keep their order.
    pub(crate) fn sorted(mut self) -> Self {
        self.named.sort_by(|(one, _), (other, _)| one.cmp(other));
        self
    }

    /// The checks that are lifted for this entry.
    pub(crate) fn for_entry(&self, entry: &str) -> Dangers {
        let mut dangers = self.everywhere;
        self.named_for(entry).for_each(|lift| dangers.lift(lift.danger));
        dangers
    }

    /// The checks that are lifted for this entry by name.
    pub(crate) fn named_for<'l>(&'l self, entry: &'l str) -> impl Iterator<Item = &'l NamedLift> {
        let start = self.named.partition_point(|(other, _)| other.as_str() < entry);
        self.named.iter().skip(start).take_while(move |(other, _)| other == entry).map(|(_, lift)| lift)
    }

    /// The entries for which a check is lifted, each with the check.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &NamedLift)> {
        self.named.iter().map(|(entry, lift)| (entry.as_str(), lift))
    }

    /// The setting as it is written.
    pub(crate) fn written(&self) -> Vec<Value> {
        let mut items: Vec<Value> = self.everywhere.names().map(Value::from).collect();
        for danger in Danger::ALL {
            let named = self.named().filter(|(_, lift)| lift.danger == *danger);
            let entries: Vec<_> = named.map(|(entry, _)| entry).collect();
            if !entries.is_empty() {
                items.push(table(danger.as_str(), entries.into_iter().collect()));
            }
        }
        items
    }
}

impl crate::config::written::ReadFrom<Vec<LiftedCheck>> for Arc<Lifted> {
    /// The default lifts nothing.
    fn read_from(_: Vec<LiftedCheck>, _: &str) -> Self {
        Arc::default()
    }
}

impl crate::config::written::Written for Vec<LiftedCheck> {
    fn written(self) -> Option<Value> {
        Some(Value::List(self.into_iter().map(Value::from).collect()))
    }
}
