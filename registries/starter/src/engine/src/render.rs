//! One render: the input document in, the result document out.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};

use crate::environment::{self, Options};
use crate::failure::explain;
use crate::functions::{Templates, Warnings};
use crate::json;
use crate::result::{self, Rendered};

/// Templates that are not files of the result but parts of it.
const OUTPUTS: &str = "outputs.json";
const MESSAGE: &str = "message.txt";

/// The result document for an input document.
pub fn answer(input: &str) -> String {
    match render(input) {
        Ok(rendered) => rendered.document(),
        Err(message) => result::failed(&message),
    }
}

fn render(input: &str) -> Result<Rendered, String> {
    let input = json::parse(input)
        .map_err(|mistake| format!("the input is not JSON: {}", mistake.explain(input)))?;
    let input = input.get_attr("data").unwrap_or_default();
    let inputs = |key| input.get_attr(key).unwrap_or_default();
    let templates = read_templates(&inputs("templates"))?;
    let options = Options::read(&inputs("options"))?;
    let data = inputs("data");
    let warnings = Warnings::default();
    let environment = environment::build(&templates, &data, &options, &warnings)
        .map_err(|error| explain(&error))?;

    let mut rendered = Rendered::default();
    for name in templates.keys().filter(|name| !is_partial(name)) {
        let text = render_one(&environment, name, &data)?;
        // a file whose conditions left nothing is no file
        if text.trim().is_empty() {
            continue;
        }
        match name.as_str() {
            OUTPUTS => rendered.outputs = Some(read_outputs(&text)?),
            MESSAGE => rendered.message = Some(text),
            _ => {
                rendered.files.insert(name.clone(), text);
            }
        }
    }
    rendered.warnings = warnings.take();
    Ok(rendered)
}

fn render_one(environment: &Environment, name: &str, data: &Value) -> Result<String, String> {
    let template = environment
        .get_template(name)
        .map_err(|error| explain(&error))?;
    template
        .render(data.clone())
        .map_err(|error| explain(&error))
}

fn read_templates(given: &Value) -> Result<Templates, String> {
    if given.kind() != ValueKind::Map {
        return Err(String::from("`templates` is not a map of names to texts"));
    }
    let mut templates = BTreeMap::new();
    for name in given.try_iter().into_iter().flatten() {
        let source = given.get_item(&name).unwrap_or_default();
        let source = source
            .as_str()
            .ok_or_else(|| format!("the template `{name}` is not text"))?;
        templates.insert(name.to_string(), source.to_owned());
    }
    Ok(Arc::new(templates))
}

/// Partials are there for others to include, import or read.
fn is_partial(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|last| last.starts_with('_'))
}

fn read_outputs(text: &str) -> Result<String, String> {
    let outputs = json::parse(text).map_err(|mistake| {
        format!(
            "template `{OUTPUTS}` gave no JSON: {}",
            mistake.explain(text)
        )
    })?;
    if outputs.kind() != ValueKind::Map {
        return Err(format!("template `{OUTPUTS}` gave no JSON object"));
    }
    let mut out = String::new();
    json::write(&mut out, &outputs, None, 0).map_err(|error| explain(&error))?;
    Ok(out)
}
