//! The JSON schema of policy files, with which editors complete and check them: `docs/policy.schema.json`, and a copy
//! in each package.
//!
//! It is as strict as a schema can be without being stricter than the engine, which has the last word.

use corsac::Config;
use corsac::binding::{CORS_SETTINGS, PROTECTION_SETTINGS, ROUTE_SETTINGS, SETTINGS, camel_case};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::path::Path;

/// The file's text.
pub(crate) fn render(_root: &Path) -> Result<String, Box<dyn Error>> {
    // The root has the settings with their types, since editors complete from there; what else is allowed depends on the
    // dialect, and is told by `if`, whose errors name the setting, which those of `anyOf` do not.
    let names: Map<String, Value> =
        SETTINGS.iter().flat_map(|key| [(*key).to_owned(), camel_case(key)]).map(|key| (key, json!(true))).collect();
    let some_origins = ["allow_origins", "allowOrigins", "allow_origin_regex", "allowOriginRegex"]
        .map(|key| json!({ "required": [key] }));
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "corsac policy",
        "description": "One CORS policy for every stack, as JSON or TOML.",
        "properties": properties(SETTINGS, Table::Top)?,
        "if": { "properties": { "dialect": { "const": "cors" } }, "required": ["dialect"] },
        "then": table(CORS_SETTINGS, Table::Cors)?,
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
                "items": { "enum": ["insecure-origins", "public-suffixes", "null-origin"] },
            },
            "maxAge": {
                "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 86400 }, { "enum": [false, null] }],
            },
            "status": { "enum": [200, 204] },
            "mode": { "enum": ["off", "reject"] },
            "protection": table(PROTECTION_SETTINGS, Table::Protection)?,
            "route": table(ROUTE_SETTINGS, Table::Route)?,
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

#[derive(Clone, Copy, PartialEq)]
enum Table {
    Top,
    Route,
    Protection,
    Cors,
}

fn table(keys: &[&str], table: Table) -> Result<Value, Box<dyn Error>> {
    let properties = properties(keys, table)?;
    let schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let required = (table == Table::Route).then(|| json!({ "required": ["path"] }));
    Ok(merged(schema, required))
}

/// Settings, each with its alias. A key of the engine that is not described here is an error.
fn properties(keys: &[&str], table: Table) -> Result<Map<String, Value>, Box<dyn Error>> {
    let mut properties = Map::new();
    for key in keys {
        let described = setting(key, table).ok_or_else(|| format!("the schema does not describe `{key}`"))?;
        let camel = camel_case(key);
        if camel != *key {
            let alias = json!({ "description": format!("The same as {key}."), "doNotSuggest": true });
            let alias = merged(alias, described.get("allOf").map(|types| json!({ "allOf": types })));
            properties.insert(camel, alias);
        }
        properties.insert((*key).to_owned(), described);
    }
    Ok(properties)
}

fn merged(mut value: Value, more: Option<Value>) -> Value {
    if let (Some(entries), Some(Value::Object(more))) = (value.as_object_mut(), more) {
        entries.extend(more);
    }
    value
}

/// A setting's description, type and default.
fn setting(key: &str, table: Table) -> Option<Value> {
    let defaults = Config::default();
    let at_top = |value: Value| (table == Table::Top).then_some(value);
    let boolean = || json!({ "type": "boolean" });
    let (about, kind, default) = match key {
        "allow_origins" => {
            ("Who may read responses: origin patterns, or [\"*\"] for any origin; [] is nobody.", of("origins"), None)
        }
        "allow_origin_regex" => (
            "Regexes, each matched against the whole origin.",
            of("regexes"),
            at_top(json!(defaults.allow_origin_regex)),
        ),
        "allow_methods" => (
            "Methods that pages may use, or [\"*\"]. GET, HEAD and POST are always allowed.",
            of("methods"),
            at_top(json!(defaults.allow_methods)),
        ),
        "allow_headers" => (
            "Request headers that pages may set, or [\"*\"]. The CORS-safelisted ones are always allowed.",
            of("headers"),
            at_top(json!(defaults.allow_headers)),
        ),
        "allow_credentials" => (
            "Whether browsers may send cookies and HTTP authentication and let pages read the answer.",
            boolean(),
            at_top(json!(defaults.allow_credentials)),
        ),
        "expose_headers" => {
            ("Response headers that pages may read, or [\"*\"].", of("headers"), at_top(json!(defaults.expose_headers)))
        }
        "max_age" => (
            "Seconds that a browser may keep a preflight's answer, 0 to 86400; false for no header.",
            of("maxAge"),
            if table == Table::Cors { None } else { at_top(json!(defaults.max_age)) },
        ),
        "preflight_status" => {
            ("The status of a preflight's answer.", of("status"), at_top(json!(defaults.preflight_status)))
        }
        "preflight_continue" => (
            "A preflight gets its headers and goes on to the application.",
            boolean(),
            at_top(json!(defaults.preflight_continue)),
        ),
        "allow_private_network" => (
            "Legacy: answers Access-Control-Request-Private-Network.",
            boolean(),
            at_top(json!(defaults.allow_private_network)),
        ),
        "keep_app_headers" => {
            ("Leaves the application's own CORS headers on.", boolean(), at_top(json!(defaults.keep_app_headers)))
        }
        "dangerously_allow" => (
            "Lifts checks that protect the user's session, each by name.",
            of("dangers"),
            at_top(json!(defaults.dangerously_allow)),
        ),
        "protection" => (
            "Refuses writes and WebSocket handshakes that a browser sends on behalf of a foreign page.",
            of("protection"),
            None,
        ),
        "routes" => (
            "Other settings for some paths. What a route leaves out is as at the top level.",
            json!({ "type": "array", "items": of("route") }),
            at_top(json!([])),
        ),
        "dialect" => (
            "\"cors\" reads the options of the cors package of Node.",
            json!({ "enum": ["corsac", "cors"] }),
            at_top(json!("corsac")),
        ),
        "$schema" => ("The address of this schema.", json!({ "type": "string" }), None),
        "path" => (
            "The paths for which the route is: text, {name} for one segment, {*rest} at the end for all that follow.",
            json!({ "type": "string", "pattern": "^/", "examples": ["/public/{*rest}", "/users/{id}"] }),
            None,
        ),
        "writes" => (
            "\"reject\" refuses other methods than GET, HEAD and OPTIONS from origins that are not trusted.",
            of("mode"),
            Some(json!("off")),
        ),
        "websockets" => (
            "\"reject\" refuses WebSocket handshakes from origins that are not trusted.",
            of("mode"),
            Some(json!("off")),
        ),
        "trusted_origins" => (
            "Origin patterns that are trusted beside the host itself and the origins of a policy with credentials.",
            of("origins"),
            Some(json!([])),
        ),
        "report_only" => ("What would be refused passes, and is reported.", boolean(), Some(json!(false))),
        "origin" => (
            "Who may read responses: an origin, a list, a RegExp as {regexp, flags}, true or false.",
            json!({ "anyOf": [of("corsOrigin"), boolean()] }),
            None,
        ),
        "methods" => ("Methods that pages may use.", of("commas"), None),
        "allowed_headers" => ("Request headers that pages may set.", of("commas"), None),
        "exposed_headers" => ("Response headers that pages may read.", of("commas"), None),
        "credentials" => ("Whether browsers may send cookies and HTTP authentication.", boolean(), None),
        "options_success_status" => ("The status of a preflight's answer.", of("status"), None),
        _ => return None,
    };
    // Beside `$ref` older validators ignore what else is said.
    let setting = json!({ "description": about, "allOf": [kind] });
    Some(merged(setting, default.map(|default| json!({ "default": default }))))
}
