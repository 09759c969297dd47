//! The tables of settings and dangers, from which the documentation and the types of other languages are made.
#![allow(clippy::unwrap_used)]

use corsac::binding::{Danger, SettingsTable, Value, camel_case};
use corsac::{Config, ConfigError, Policy, PolicyBuilder};
use std::collections::HashSet;

const TABLES: [SettingsTable; 4] =
    [SettingsTable::Policy, SettingsTable::Route, SettingsTable::Protection, SettingsTable::Package];

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn build(policy: Value) -> Result<Policy, ConfigError> {
    PolicyBuilder::new().value(policy)
}

/// A policy with a value for one setting of a table.
fn with(table: SettingsTable, name: &str, value: Value) -> Value {
    let origins = ("allow_origins", ["https://app.example.com"].into_iter().collect());
    match table {
        SettingsTable::Policy => map(&[origins, (name, value)]),
        SettingsTable::Route => map(&[origins, ("routes", Value::List(vec![map(&[(name, value)])]))]),
        SettingsTable::Protection => map(&[origins, ("protection", map(&[(name, value)]))]),
        SettingsTable::Package => map(&[("dialect", "cors".into()), (name, value)]),
    }
}

#[test]
fn each_setting_means_something_in_one_line() {
    for table in TABLES {
        let rows = table.rows();
        let names: HashSet<_> = rows.iter().flat_map(|row| [row.name.to_owned(), camel_case(row.name)]).collect();
        let aliases = rows.iter().filter(|row| camel_case(row.name) != row.name).count();
        assert_eq!(names.len(), rows.len() + aliases, "{table:?}");
        for row in rows {
            let meaning = row.meaning();
            assert!(meaning.ends_with('.') && meaning.len() < 120, "{}: {meaning}", row.name);
            assert!(!meaning.contains(". "), "{}: {meaning}", row.name);
        }
    }
}

#[test]
fn each_setting_is_read_in_its_tables_under_both_names() {
    let unknown = |policy: Value| {
        let issues = build(policy).map_or_else(|error| error.issues().to_vec(), |_| Vec::new());
        issues.iter().any(|issue| issue.code.as_str() == "unknown-key")
    };
    for table in TABLES {
        for row in table.rows() {
            for name in [row.name.to_owned(), camel_case(row.name)] {
                assert!(!unknown(with(table, &name, Value::Null)), "{table:?} {name}");
            }
        }
        assert!(unknown(with(table, "colour", Value::Null)), "{table:?}");
    }
}

#[test]
fn a_value_of_a_type_that_no_setting_takes_is_an_error_everywhere() {
    for table in TABLES {
        for row in table.rows() {
            // The dialect decides how everything else is read.
            if row.name == "dialect" {
                continue;
            }
            let error = build(with(table, row.name, Value::Other("module".into()))).unwrap_err();
            let place = |field: &str| field.rsplit('.').next() == Some(row.name);
            assert!(error.issues().iter().any(|issue| place(&issue.field)), "{table:?} {}: {error}", row.name);
        }
    }
}

#[test]
fn written_defaults_change_nothing() {
    for table in [SettingsTable::Policy, SettingsTable::Protection] {
        for row in table.rows() {
            let Some(default) = table.default_of(row.name) else { continue };
            let policy = build(with(table, row.name, default));
            assert!(policy.unwrap().lints().is_empty(), "{}", row.name);
        }
    }
    let names = |value: Value| match value {
        Value::Map(entries) => entries.into_iter().map(|(name, _)| name).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let written: HashSet<_> = names(Config::default().into()).into_iter().collect();
    for row in SettingsTable::Policy.rows() {
        let is_text = matches!(row.name, "dialect" | "$schema");
        assert_eq!(written.contains(row.name), !is_text && row.name != "protection", "{}", row.name);
    }
}

/// A policy that is refused unless a danger is lifted.
fn refused_without(danger: Danger) -> Config {
    let origin = match danger {
        Danger::InsecureOrigins => "http://app.example.com",
        Danger::PublicSuffixes => "https://*.github.io",
        Danger::NullOrigin => "null",
        Danger::AnyExtension => "moz-extension://*",
    };
    Config { allow_origins: vec![origin.to_owned()], allow_credentials: true, ..Config::default() }
}

#[test]
fn each_danger_lifts_a_check() {
    for danger in Danger::ALL {
        let config = refused_without(*danger);
        let error = Policy::new(config.clone()).unwrap_err();
        let help = &error.issues().first().unwrap().help;
        assert!(help.contains(danger.as_str()), "{help}");
        let lifted = Config { dangerously_allow: vec![danger.as_str().into()], ..config };
        assert!(Policy::new(lifted).is_ok(), "{danger:?}");
    }
}
