//! Suggestions are tried: what a help offers as code has been read and checked at the position where it would be
//! written.

use crate::config::dangers::Danger;
use crate::config::lifted::{Lifted, LiftedCheck};
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::issues::issue::{Issues, Trial};
use crate::issues::messages::suggestions::{lift_check, write, write_entries, write_string, write_text};

/// The place of a suggestion, and the settings that decide whether it is accepted there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The setting's name, without its prefix.
    pub(crate) key: &'a str,
    /// Whether it is a setting of a route or of protection.
    pub(crate) nested: bool,
    /// The stakes of the entry.
    pub(crate) stakes: Stakes,
    /// The checks that the policy or the route lifts.
    pub(crate) lifted: &'a Lifted,
    /// Whether the value is the whole setting, and not an entry of a list.
    pub(crate) whole: bool,
    /// Whether nothing else says which origins are allowed: no other entry, list or predicate.
    pub(crate) alone: bool,
    pub(crate) notation: Notation,
    /// How a suggestion is tried; none if it would not be printed.
    pub(crate) trial: Option<Trial>,
    /// Whether suggestions for a regex are made as well, which cost more.
    pub(crate) regexes: bool,
}

impl<'a> Place<'a> {
    /// The place of this field, in the policy whose issues these are.
    pub(crate) fn new(field: &'a str, stakes: Stakes, lifted: &'a Lifted, alone: bool, issues: &Issues) -> Self {
        let key = field.rsplit('.').next().unwrap_or(field);
        let (nested, notation) = (key.len() < field.len(), issues.notation());
        let key = key.split('[').next().unwrap_or(key);
        let mut place =
            Place { key, nested, whole: false, stakes, lifted, alone, notation, trial: None, regexes: false };
        place.attend(issues);
        place
    }

    /// Checks how many issues there are by now. After many of them, no suggestions are made.
    pub(crate) fn attend(&mut self, issues: &Issues) {
        self.trial = issues.trial();
        self.regexes = issues.suggests_regexes();
    }

    /// Suggests texts instead of a text in a list, if core accepts them there. A single text goes between the existing
    /// quotation marks.
    pub(crate) fn entries(&self, texts: &[String]) -> Option<String> {
        self.in_place_of(texts, write_text)
    }

    /// Suggests texts instead of another value in a list.
    pub(crate) fn quoted_entries(&self, texts: &[String]) -> Option<String> {
        self.in_place_of(texts, write_string)
    }

    fn in_place_of(&self, texts: &[String], write_one: impl Fn(&str) -> String) -> Option<String> {
        if self.trial.is_none() || texts.is_empty() {
            return None;
        }
        let mut list = texts.to_vec();
        if !self.alone && setting_names::ORIGIN_LISTS.contains(&self.key) {
            list.push(BESIDE.to_owned());
        }
        if !self.takes(list.into()) {
            return None;
        }
        Some(match texts {
            [one] => write_one(one),
            many if self.whole => {
                let list = many.iter().map(String::as_str).collect();
                write(&self.notation.setting(self.key, &list, self.nested))
            }
            many => write_entries(many),
        })
    }

    /// Suggests a value for the whole setting, if core accepts it there.
    pub(crate) fn setting(&self, value: Value) -> Option<String> {
        let any = matches!(&value, Value::List(items) if items.contains(&Value::from("*")));
        if self.trial.is_none() || (any && !self.alone && setting_names::ORIGIN_LISTS.contains(&self.key)) {
            return None;
        }
        let help = write(&self.notation.setting(self.key, &value, self.nested));
        self.takes(value).then_some(help)
    }

    /// Whether core accepts the value for this setting if everything else stays as it is.
    pub(crate) fn takes(&self, value: Value) -> bool {
        let Some(takes) = self.trial else { return false };
        let is_cors = setting_names::CORS_ONLY.contains(&self.key);
        let credentials = if is_cors { "credentials" } else { "allow_credentials" };
        let origins = if is_cors { "origin" } else { "allow_origins" };
        let mut entries = vec![("dialect", Value::from(if is_cors { "cors" } else { "corsac" }))];
        if self.key != credentials {
            entries.push((credentials, self.stakes.credentials.into()));
        }
        if self.key != "dangerously_allow" {
            entries.push(("dangerously_allow", Value::List(self.lifted.written())));
        }
        if !setting_names::ORIGIN_GROUP.contains(&self.key) && self.key != origins {
            entries.push((origins, Value::List(vec![BESIDE.into()])));
        }
        if setting_names::PROTECTION.contains(&self.key) {
            entries.push(("protection", Value::Map(vec![(self.key.to_owned(), value)])));
        } else if setting_names::LIFTED.contains(&self.key) {
            let others = [LiftedCheck::for_origins(Danger::PublicSuffixes.as_str(), [BESIDE]).into()];
            let others =
                others.into_iter().flat_map(|table| if let Value::Map(entries) = table { entries } else { Vec::new() });
            let others = others.filter(|(key, _)| *key != self.key);
            let table = others.chain([(self.key.to_owned(), value)]).collect();
            entries.retain(|(key, _)| *key != "dangerously_allow");
            entries.push(("dangerously_allow", Value::List(vec![Value::Map(table)])));
        } else if self.key == "path" {
            entries.push(("routes", Value::List(vec![Value::Map(vec![("path".to_owned(), value)])])));
        } else {
            entries.push((self.key, value));
        }
        takes(Value::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
    }

    /// How a check is lifted, in addition to those that are lifted already.
    pub(crate) fn lifting(&self, danger: Danger) -> String {
        self.lifting_by(danger.as_str().into())
    }

    /// How a check is lifted for only one entry.
    pub(crate) fn lifting_for(&self, danger: Danger, entry: &str) -> String {
        self.lifting_by(LiftedCheck::for_origins(danger.as_str(), [entry]).into())
    }

    fn lifting_by(&self, element: Value) -> String {
        let mut lifted = self.lifted.written();
        lifted.push(element);
        // `dangerously_allow` is not a setting of `protection`.
        let nested = self.nested && !setting_names::PROTECTION.contains(&self.key);
        lift_check(&self.notation.setting("dangerously_allow", &Value::List(lifted), nested))
    }
}

/// An origin that every setting accepts.
const BESIDE: &str = "https://app.example.com";
