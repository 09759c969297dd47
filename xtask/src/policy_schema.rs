//! The JSON schema of policy files, with which editors complete and check them: `docs/policy.schema.json`, and a copy
//! in each package.
//!
//! The schema is as strict as possible without being stricter than core, which decides.

use crate::settings::with_code;
use corsac::binding::{self, Danger, SettingRow, SettingsTable, Takes, camel_case};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::path::Path;

/// The file's text.
pub(crate) fn render(_root: &Path) -> Result<String, Box<dyn Error>> {
    // The root has the settings with their types, because editors use it for completion. Everything else that is
    // allowed depends on the dialect. It is written with `if`, whose errors name the setting, and not with `anyOf`,
    // whose errors do not.
    let names: Map<String, Value> = SettingsTable::Policy
        .rows()
        .iter()
        .flat_map(|row| [row.name.to_owned(), camel_case(row.name)])
        .map(|name| (name, json!(true)))
        .collect();
    let some_origins = ["allow_origins", "allowOrigins", "allow_origin_regex", "allowOriginRegex"]
        .map(|key| json!({ "required": [key] }));
    let dangers: Vec<_> = Danger::ALL.iter().map(|danger| danger.as_str()).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "corsac policy",
        "description": "One CORS policy for every stack, as JSON or TOML.",
        "properties": properties(SettingsTable::Policy),
        "if": { "properties": { "dialect": { "const": "cors" } }, "required": ["dialect"] },
        "then": table(SettingsTable::Package),
        "else": {
            "additionalProperties": false,
            "properties": names,
            "anyOf": some_origins,
        },
        "definitions": {
            "origins": {
                "type": "array",
                "items": {
                    "type": "string",
                    "pattern": r"^(\*|null|[a-z][a-z0-9+.-]*://[^/?#@\s]+)$",
                    "examples": ["https://app.example.com", "https://*.example.com", "http://localhost:*"],
                },
            },
            "regexes": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
            "methods": { "type": "array", "items": token(&["PUT", "PATCH", "DELETE"]) },
            "headers": { "type": "array", "items": token(&["Authorization", "X-Request-Id"]) },
            "corsOrigin": {
                "anyOf": [
                    { "type": "string" },
                    { "type": "array", "items": of("corsOrigin") },
                    {
                        "type": "object",
                        "required": ["regexp"],
                        "additionalProperties": false,
                        "properties": { "regexp": { "type": "string" }, "flags": { "type": "string" } },
                    },
                ],
            },
            "commas": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
            "dangers": {
                "type": "array",
                "items": {
                    "anyOf": [
                        { "enum": dangers },
                        {
                            "type": "object",
                            "required": ["check", "origins"],
                            "additionalProperties": false,
                            "properties": {
                                "check": { "enum": dangers },
                                "origins": { "type": "array", "minItems": 1, "items": { "type": "string" } },
                            },
                        },
                    ],
                },
            },
            "maxAge": {
                "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 86400 }, { "enum": [false, null] }],
            },
            "status": { "enum": [200, 204] },
            "mode": { "enum": ["off", "reject"] },
            "protection": table(SettingsTable::Protection),
            "route": table(SettingsTable::Route),
        },
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

/// A definition of the schema.
fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn token(examples: &[&str]) -> Value {
    json!({ "type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "examples": examples })
}

fn table(table: SettingsTable) -> Value {
    let required: Vec<_> = table.rows().iter().filter(|row| row.takes == Takes::Path).map(|row| row.name).collect();
    let schema = json!({ "type": "object", "additionalProperties": false, "properties": properties(table) });
    merged(schema, (!required.is_empty()).then(|| json!({ "required": required })))
}

/// Settings, each with its alias.
fn properties(table: SettingsTable) -> Map<String, Value> {
    let mut properties = Map::new();
    for row in table.rows() {
        let described = setting(&row, table);
        let camel = camel_case(row.name);
        if camel != row.name {
            let alias = json!({ "description": format!("The same as {}.", row.name), "doNotSuggest": true });
            let alias = merged(alias, described.get("allOf").map(|types| json!({ "allOf": types })));
            properties.insert(camel, alias);
        }
        properties.insert(row.name.to_owned(), described);
    }
    properties
}

fn merged(mut value: Value, more: Option<Value>) -> Value {
    if let (Some(entries), Some(Value::Object(more))) = (value.as_object_mut(), more) {
        entries.extend(more);
    }
    value
}

/// A setting's description, type and default.
fn setting(row: &SettingRow, table: SettingsTable) -> Value {
    // Descriptions are plain text.
    let about = with_code(row.meaning(), str::to_owned);
    // Older validators ignore everything next to `$ref`.
    let setting = json!({ "description": about, "allOf": [kind(row.takes)] });
    merged(setting, table.default_of(row.name).map(|default| json!({ "default": json_of(&default) })))
}

/// The schema of the values that a setting takes.
fn kind(takes: Takes) -> Value {
    match takes {
        Takes::Origins => of("origins"),
        Takes::Regexes => of("regexes"),
        Takes::Methods => of("methods"),
        Takes::Headers => of("headers"),
        Takes::Switch => json!({ "type": "boolean" }),
        Takes::MaxAge => of("maxAge"),
        Takes::Status => of("status"),
        Takes::Dangers => of("dangers"),
        Takes::Danger => json!({ "type": "string" }),
        Takes::Protection => of("protection"),
        Takes::Routes => json!({ "type": "array", "items": of("route") }),
        Takes::Dialect => json!({ "enum": ["corsac", "cors"] }),
        Takes::Address => json!({ "type": "string" }),
        Takes::Path => json!({ "type": "string", "pattern": "^/", "examples": ["/public/{*rest}", "/users/{id}"] }),
        Takes::Mode => of("mode"),
        Takes::PackageOrigin => json!({ "anyOf": [of("corsOrigin"), { "type": "boolean" }] }),
        Takes::PackageMethods | Takes::PackageHeaders => of("commas"),
    }
}

/// A default. The defaults have only these types.
fn json_of(value: &binding::Value) -> Value {
    match value {
        binding::Value::Bool(value) => json!(value),
        binding::Value::Integer(value) => json!(value),
        binding::Value::String(value) => json!(value),
        binding::Value::List(items) => items.iter().map(json_of).collect(),
        _ => Value::Null,
    }
}
