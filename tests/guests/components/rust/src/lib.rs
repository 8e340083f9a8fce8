//! A package as a component: the inputs as a ConfigMap, and what `cache` renders, where there is such a dependency.

use mistpm::abi::host::{call, log, CallError, Level};
use serde_json::{json, Value};

wit_bindgen::generate!({ path: "../../../../specs/mistpm.wit", world: "guest" });

struct Settings;

impl Guest for Settings {
    fn render(input: String) -> Result<String, String> {
        let input: Value = serde_json::from_str(&input).map_err(|error| error.to_string())?;
        let (data, dependencies) = (&input["data"], &input["mistpm"]["dependencies"]);
        let name = data["name"].as_str().ok_or("there is no name")?;
        if data["refuse"].is_string() {
            return Err(data["refuse"].as_str().unwrap_or_default().into());
        }
        let mut files = json!({});
        let mut objects = vec![json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name},
            "data": {"settings.json": data.to_string()},
        })];
        if !dependencies["cache"].is_null() {
            match call("cache", &json!({"of": name}).to_string(), None) {
                Ok(result) => files = rendered(&result, &mut objects)?,
                Err(CallError::DependencyFailed(why)) => log(Level::Warning, &format!("without a cache: {why}")),
                Err(error) => return Err(error.to_string()),
            }
        }
        let result = json!({
            "apiVersion": "mistletoe.dev/v1alpha1",
            "kind": "MistResult",
            "data": {"result": "Ok", "files": files},
            "mistpm": {"objects": objects, "outputs": {"configMap": name}},
        });
        Ok(result.to_string())
    }
}

/// Adds the objects of a dependency's result document, and gives its files.
fn rendered(result: &str, objects: &mut Vec<Value>) -> Result<Value, String> {
    let mut result: Value = serde_json::from_str(result).map_err(|error| error.to_string())?;
    if let Some(more) = result["mistpm"]["objects"].as_array_mut() {
        objects.append(more);
    }
    Ok(result["data"]["files"].take())
}

export!(Settings);
