//! Filters and tests that manifests need and Jinja has not, or has in a form
//! made for HTML.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};
use regex_lite::Regex;

use crate::encoding::{b64decode, b64encode, sha256};
use crate::{json, yaml};

pub fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("string", text);
    environment.add_filter("join", join);
    environment.add_filter("quote", quote);
    environment.add_filter("nindent", nindent);
    environment.add_filter("required", required);
    environment.add_filter("tojson", tojson);
    environment.add_filter("fromjson", fromjson);
    environment.add_filter("toyaml", yaml::write);
    environment.add_filter("b64encode", b64encode);
    environment.add_filter("b64decode", b64decode);
    environment.add_filter("sha256", sha256);
    environment.add_filter("regex_match", regex_match);
    environment.add_filter("regex_replace", regex_replace);
    environment.add_test("matching", regex_match);
    environment.add_test("at_least", at_least);
}

pub fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// A value as manifests write it: `true` and `null`, where Jinja has Python's
/// `True` and `None`.
pub fn text(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool => String::from(if value.is_true() { "true" } else { "false" }),
        ValueKind::None => String::from("null"),
        _ => value.to_string(),
    }
}

fn join(values: &Value, between: Option<&str>) -> Result<String, Error> {
    let texts: Vec<String> = values.try_iter()?.map(|value| text(&value)).collect();
    Ok(texts.join(between.unwrap_or_default()))
}

fn quote(value: &Value) -> String {
    let mut out = String::new();
    json::write_string(&mut out, &text(value));
    out
}

/// A newline, then `text` with each line indented by `width` spaces.
fn nindent(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.trim_end_matches('\n').split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', width));
            out.push_str(line);
        }
    }
    out
}

fn required(value: &Value, message: &str) -> Result<Value, Error> {
    if value.is_undefined() || value.is_none() || value.as_str() == Some("") {
        return Err(refuse(message));
    }
    Ok(value.clone())
}

fn tojson(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = indent.or(options.get("indent")?);
    options.assert_all_used()?;
    let mut out = String::new();
    json::write(&mut out, value, indent, 0)?;
    Ok(out)
}

fn fromjson(text: &str) -> Result<Value, Error> {
    json::parse(text).map_err(|mistake| refuse(format!("not JSON: {}", mistake.explain(text))))
}

fn pattern(pattern: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|error| refuse(format!("not a pattern: `{pattern}`: {error}")))
}

fn regex_match(text: &str, expression: &str) -> Result<bool, Error> {
    Ok(pattern(expression)?.is_match(text))
}

fn regex_replace(text: &str, expression: &str, replacement: &str) -> Result<String, Error> {
    Ok(pattern(expression)?
        .replace_all(text, replacement)
        .into_owned())
}

/// Whether one dotted version is at least another, number by number, as in
/// `capabilities.kubernetesVersion is at_least("1.30")`.
fn at_least(version: &str, bound: &str) -> Result<bool, Error> {
    Ok(numbers(version)? >= numbers(bound)?)
}

/// `1.31` as `[1, 31]`, trailing zeros left out; a leading `v` and what
/// follows `-` or `+` do not count.
fn numbers(version: &str) -> Result<Vec<u64>, Error> {
    let core = version.trim_start_matches('v').split(['-', '+']).next();
    let parts = core.unwrap_or_default().split('.').map(str::parse);
    let mut numbers = parts
        .collect::<Result<Vec<u64>, _>>()
        .map_err(|_| refuse(format!("not a version: `{version}`")))?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Ok(numbers)
}
