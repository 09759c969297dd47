//! The `cors` dialect: the options of the `cors` package, translated to settings.
//!
//! If an option is unsafe in that package, it is an error here that says what to write.

use crate::config::dangers::{Danger, Dangers};
use crate::config::lifted::Lifted;
use crate::config::settings::{At, Entry, List, PredicateOf, Settings};
use crate::config::settings_table::{PackageOption, Setting};
use crate::config::stakes::Stakes;
use crate::config::tables::PackageKey;
use crate::config::value::Value;
use crate::issues::messages::policy::reflected_origin_with_credentials;
use crate::issues::messages::settings::Wanted;
use crate::origins::regex::Regex;
use crate::read::reader::{Entries, Reader, Store, origin_of_url};
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::trial::Place;
use crate::tokens::AUTHORIZATION;
use std::sync::Arc;

/// The deepest nesting of lists that is read.
const MAX_DEPTH: usize = 16;

/// Reads the package's options, with the package's defaults.
pub(crate) fn read(entries: Entries<PackageKey>, predicate: bool, reader: &mut Reader<'_>) -> Settings {
    let mut settings = Settings {
        predicate: predicate.then_some(PredicateOf::Policy),
        allow_methods: list("methods", &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]).into(),
        allow_headers: list("allowed_headers", &["*", AUTHORIZATION]).into(),
        expose_headers: List::new("exposed_headers").into(),
        max_age: None,
        ..Settings::default()
    };
    let credentials = (PackageKey::Package(PackageOption::Credentials), Value::Bool(true));
    let credentials = entries.contains(&credentials);
    let dangers = Dangers {
        public_suffixes: lifts(&entries, Danger::PublicSuffixes),
        insecure_origins: lifts(&entries, Danger::InsecureOrigins),
        ..Dangers::default()
    };
    let (stakes, lifted) = (Stakes { credentials, dangers }, Lifted::of_every_origin(dangers));
    let mut origin_given = predicate;
    let mut origins = Origins { patterns: List::new("origin"), regexes: List::new("origin"), stakes, lifted };
    for (key, value) in entries {
        let option = match key {
            PackageKey::Package(option) => option,
            PackageKey::Setting(setting) => {
                reader.setting(setting, value, &mut settings);
                continue;
            }
            PackageKey::Document(setting) => {
                reader.document_setting(setting, &value);
                continue;
            }
        };
        let key = option.name();
        match option {
            PackageOption::Origin => {
                origin_given = true;
                if let Value::Function = value {
                    settings.predicate = Some(PredicateOf::Policy);
                } else {
                    reader.origin(value, &mut origins);
                }
            }
            PackageOption::Methods => reader.comma_list(key, value, "PUT").store(&mut settings.allow_methods),
            PackageOption::AllowedHeaders => {
                reader.comma_list(key, value, "X-Request-Id").store(&mut settings.allow_headers);
            }
            PackageOption::ExposedHeaders => reader.comma_list(key, value, "ETag").store(&mut settings.expose_headers),
            PackageOption::Credentials => reader.boolean(key, &value).store(&mut settings.allow_credentials),
            PackageOption::OptionsSuccessStatus => reader.status(key, &value).store(&mut settings.preflight_status),
        }
    }
    if !origin_given {
        origins.any();
    }
    settings.allow_origins = Arc::new(origins.patterns);
    settings.allow_origin_regex = Arc::new(origins.regexes);
    settings
}

/// The meaning of the option `origin`.
struct Origins {
    patterns: List,
    regexes: List,
    /// The checks that a RegExp has to pass.
    stakes: Stakes,
    lifted: Lifted,
}

/// Whether `dangerouslyAllow` lifts a check by name. The rest of it is read with the other settings.
fn lifts(entries: &Entries<PackageKey>, danger: Danger) -> bool {
    entries.iter().any(|(key, value)| match value {
        Value::List(items) if *key == PackageKey::Setting(Setting::DangerouslyAllow) => {
            items.iter().any(|item| matches!(item, Value::String(text) if text == danger.as_str()))
        }
        _ => false,
    })
}

fn list(field: &str, texts: &[&str]) -> List {
    let mut list = List::new(field);
    list.entries = texts.iter().map(|text| Entry { at: At::Whole, text: (*text).to_owned() }).collect();
    list
}

impl Origins {
    fn any(&mut self) {
        self.patterns.entries.push(Entry { at: At::Whole, text: "*".into() });
    }
}

impl Reader<'_> {
    fn origin(&mut self, value: Value, origins: &mut Origins) {
        match value {
            Value::Bool(true) if origins.stakes.credentials => {
                let fault = reflected_origin_with_credentials(self.notation());
                self.issues.error("origin", "true", fault);
            }
            Value::Bool(true) => origins.any(),
            // No CORS at all: no origin is allowed.
            Value::Bool(false) => {}
            other => self.origins(other, &mut String::new(), 0, origins),
        }
    }

    /// A string, a RegExp, or a list of them, or of such lists.
    fn origins(&mut self, value: Value, path: &mut String, depth: usize, origins: &mut Origins) {
        let at = |path: &str| if path.is_empty() { At::Whole } else { At::Path(path.into()) };
        match value {
            Value::String(text) => origins.patterns.entries.push(Entry { at: at(path), text }),
            Value::Url(text) => {
                origins.patterns.entries.push(Entry { at: at(path), text: origin_of_url(text) });
            }
            Value::RegExp { source, flags } => {
                if let Some(text) = self.anchored(&format!("origin{path}"), source, &flags, origins) {
                    origins.regexes.entries.push(Entry { at: at(path), text });
                }
            }
            Value::Map(entries) => match regexp_of_table(&entries) {
                Some(regexp) => self.origins(regexp, path, depth, origins),
                None => self.wrong_origin(path, &Value::Map(entries)),
            },
            Value::List(items) if depth < MAX_DEPTH => {
                for (index, item) in items.into_iter().enumerate() {
                    let length = path.len();
                    path.push_str(&format!("[{index}]"));
                    self.origins(item, path, depth + 1, origins);
                    path.truncate(length);
                }
            }
            other => self.wrong_origin(path, &other),
        }
    }

    fn wrong_origin(&mut self, path: &str, value: &Value) {
        self.wrong_type(&format!("origin{path}"), value, Wanted::PackageOrigin);
    }

    fn anchored(&mut self, field: &str, source: String, flags: &str, origins: &Origins) -> Option<String> {
        let text = self.regexp(field, source.clone(), flags)?;
        // A regex that does not parse is reported where regexes are compiled.
        if Regex::parse(&text).is_ok_and(|regex| !regex.is_anchored()) {
            let whole = field == "origin";
            let place = Place { whole, ..Place::new(field, origins.stakes, &origins.lifted, whole, self.issues) };
            let fault = Written { text: &text, syntax: Syntax::RegExp, anywhere: true, place }.not_anchored();
            self.issues.error(field, &source, fault);
            return None;
        }
        Some(text)
    }

    /// A list of strings, or one string with commas, as the package reads methods and headers.
    fn comma_list(&mut self, key: &'static str, value: Value, example: &'static str) -> Option<List> {
        let value = match value {
            Value::String(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::List(parts.map(Value::from).collect())
            }
            other => other,
        };
        self.list(key, value, example)
    }
}

/// A RegExp as it is written in a text: `{ "regexp": "^https://…$", "flags": "i" }`.
fn regexp_of_table(entries: &[(String, Value)]) -> Option<Value> {
    let get = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let Value::String(source) = get("regexp")? else { return None };
    let (flags, expected) = match get("flags") {
        None => (String::new(), 1),
        Some(Value::String(flags)) => (flags.clone(), 2),
        Some(_) => return None,
    };
    (entries.len() == expected).then(|| Value::RegExp { source: source.clone(), flags })
}
