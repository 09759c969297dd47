//! A validator for the subset of JSON Schema that the schemas of exchanges and explanations use.

use serde_json::Value as Json;

/// Checks a value. The error says what is wrong with it, and at which path.
pub fn misfit(schema: &Json, value: &Json) -> Option<String> {
    fit(schema, schema, value, "$").err()
}

fn fit(root: &Json, schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    if let Some(reference) = schema.get("$ref") {
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        return fit(root, root.pointer(pointer).unwrap(), value, path);
    }
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$schema" | "title" | "definitions" | "required" | "additionalProperties" => true,
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_u64() || value.is_i64(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("unknown type {other}"),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().unwrap()),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    fit(root, wanted, item, &format!("{path}[{index}]"))?;
                }
                true
            }
            "anyOf" => wanted.as_array().unwrap().iter().any(|schema| fit(root, schema, value, path).is_ok()),
            "properties" => {
                members(root, schema, value, path)?;
                true
            }
            other => panic!("unknown keyword {other}"),
        };
        if !fits {
            return Err(format!("{path}: {value} does not fit {keyword}: {wanted}"));
        }
    }
    Ok(())
}

/// Checks that an object has only the listed members, and all required ones.
fn members(root: &Json, schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    let Some(members) = value.as_object() else { return Ok(()) };
    for (name, member) in members {
        let Some(of_member) = schema["properties"].get(name) else { return Err(format!("{path} has {name}")) };
        fit(root, of_member, member, &format!("{path}.{name}"))?;
    }
    for name in schema["required"].as_array().unwrap() {
        if !members.contains_key(name.as_str().unwrap()) {
            return Err(format!("{path} lacks {name}"));
        }
    }
    Ok(())
}
