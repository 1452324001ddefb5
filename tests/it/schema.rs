//! As much of JSON Schema as `docs/diagnostics.schema.json` uses. A keyword that is not known is an error, and so is a
//! member that an object's schema does not name: the schema allows later versions to add some, this version has none.

use serde_json::{Map, Value};

/// Whether a value is what a schema says; the path and the reason where it is not.
pub fn validate(value: &Value, schema: &Value) -> Result<(), String> {
    check(value, schema, schema, "")
}

fn check(value: &Value, schema: &Value, root: &Value, at: &str) -> Result<(), String> {
    let members = schema.as_object().ok_or_else(|| format!("{at}: no schema"))?;
    for (keyword, said) in members {
        let fine = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let pointer = said.as_str().and_then(|text| text.strip_prefix('#')).expect("a reference");
                check(value, root.pointer(pointer).expect("what it refers to"), root, at)?;
                true
            }
            "type" => match said {
                Value::Array(types) => types.iter().any(|name| is(value, name)),
                name => is(value, name),
            },
            "const" => value == said,
            "enum" => said.as_array().expect("values").contains(value),
            "minimum" => value.as_i64() >= said.as_i64(),
            "oneOf" => {
                let schemas = said.as_array().expect("schemas");
                schemas.iter().filter(|schema| check(value, schema, root, at).is_ok()).count() == 1
            }
            "required" => {
                let names = said.as_array().expect("names");
                names.iter().all(|name| value.get(name.as_str().expect("a name")).is_some())
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, said, root, &format!("{at}/{index}"))?;
                }
                true
            }
            "properties" => {
                properties(value.as_object(), said, root, at)?;
                true
            }
            _ => return Err(format!("the keyword {keyword} is not known")),
        };
        if !fine {
            return Err(format!("{at}: {value} is against {keyword} {said}"));
        }
    }
    Ok(())
}

fn properties(value: Option<&Map<String, Value>>, schemas: &Value, root: &Value, at: &str) -> Result<(), String> {
    for (name, member) in value.into_iter().flatten() {
        let schema = schemas.get(name).ok_or_else(|| format!("{at}: {name} is not described"))?;
        check(member, schema, root, &format!("{at}/{name}"))?;
    }
    Ok(())
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
