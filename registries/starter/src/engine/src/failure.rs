//! What went wrong in a template, in words: where, in which expression, why,
//! and through which other templates it was reached.

use std::error::Error as _;

use minijinja::{Error, ErrorKind};

/// How many letters of an expression a message shows.
const LONGEST: usize = 80;

/// The message of `error`, for instance
///
/// ```text
/// template `_web.yaml`, line 7, at `{{ inputs.image.tag }}`: `inputs.image.tag` is undefined
/// from template `all.yaml`, line 2
/// ```
pub fn explain(error: &Error) -> String {
    let chain = chain(error);
    // some errors in the middle carry no place: the nearest that does tells it
    let mut located = chain.iter().rev().filter(|error| error.name().is_some());
    let mut message = String::new();
    if let Some(nearest) = located.next() {
        message.push_str(&place(nearest));
        if let Some(expression) = expression(nearest) {
            let shown: String = expression.chars().take(LONGEST).collect();
            let more = if shown.len() < expression.len() {
                " …"
            } else {
                ""
            };
            message.push_str(&format!(", at `{shown}{more}`"));
        }
        message.push_str(": ");
    }
    message.push_str(&reason(chain.last().unwrap_or(&error)));
    let mut last = String::new();
    for outer in located.map(|error| place(error)) {
        // a template that includes itself is named once, not a hundred times
        if outer != last {
            message.push_str("\nfrom ");
            message.push_str(&outer);
        }
        last = outer;
    }
    message
}

/// The template errors from the outermost to the one that began it.
fn chain(error: &Error) -> Vec<&Error> {
    let mut chain = vec![error];
    let mut source = error.source();
    while let Some(cause) = source {
        chain.extend(cause.downcast_ref::<Error>());
        source = cause.source();
    }
    chain
}

fn place(error: &Error) -> String {
    let name = error.name().unwrap_or_default();
    match error.line() {
        Some(line) => format!("template `{name}`, line {line}"),
        None => format!("template `{name}`"),
    }
}

/// The tag that the error points into, its first line when it has several.
fn expression(error: &Error) -> Option<&str> {
    let source = error.template_source()?;
    let range = error.range()?;
    // the range of a mistake at the very end reaches over it
    let before = source.get(..range.end.min(source.len()))?;
    let start = before.rfind("{{").max(before.rfind("{%"))?;
    let close = if source[start..].starts_with("{{") {
        "}}"
    } else {
        "%}"
    };
    // a syntax error may point at the closing mark itself
    let from = range.start.max(start + close.len());
    let end = source
        .get(from..)?
        .find(close)
        .map_or(source.len(), |found| from + found + close.len());
    source[start..end].lines().next().map(str::trim)
}

fn reason(error: &Error) -> String {
    use ErrorKind::{
        InvalidOperation, TemplateNotFound, UndefinedError, UnknownFilter, UnknownTest,
    };
    match (error.kind(), error.detail()) {
        // here the detail says it all
        (
            InvalidOperation | TemplateNotFound | UndefinedError | UnknownFilter | UnknownTest,
            Some(detail),
        ) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}
