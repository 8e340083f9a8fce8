//! The Jinja environment: its syntax, what it prints, what it refuses.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};

use crate::filters::{self, refuse};
use crate::functions::{self, Templates, Warnings};

/// How deep templates, macros and blocks may call each other.
const RECURSION: usize = 100;

/// How text around tags is treated; the names are Jinja's.
pub struct Options {
    trim_blocks: bool,
    lstrip_blocks: bool,
    keep_trailing_newline: bool,
    undefined: UndefinedBehavior,
}

impl Options {
    /// Reads the input `options`, all of whose keys may be left out.
    pub fn read(given: &Value) -> Result<Self, String> {
        let mut options = Self {
            trim_blocks: true,
            lstrip_blocks: true,
            keep_trailing_newline: true,
            undefined: UndefinedBehavior::SemiStrict,
        };
        if given.is_undefined() || given.is_none() {
            return Ok(options);
        }
        let ValueKind::Map = given.kind() else {
            return Err(String::from("`options` is not a map"));
        };
        for key in given.try_iter().into_iter().flatten() {
            let name = key.to_string();
            let value = given.get_item(&key).unwrap_or_default();
            let flag = match name.as_str() {
                "trim_blocks" => &mut options.trim_blocks,
                "lstrip_blocks" => &mut options.lstrip_blocks,
                "keep_trailing_newline" => &mut options.keep_trailing_newline,
                "undefined" => {
                    options.undefined = match value.as_str() {
                        Some("error") => UndefinedBehavior::SemiStrict,
                        Some("strict") => UndefinedBehavior::Strict,
                        Some("empty") => UndefinedBehavior::Chainable,
                        _ => {
                            return Err(String::from(
                                "the option `undefined` is `error`, `strict` or `empty`",
                            ))
                        }
                    };
                    continue;
                }
                _ => return Err(format!("there is no option `{name}`")),
            };
            if value.kind() != ValueKind::Bool {
                return Err(format!("the option `{name}` is true or false"));
            }
            *flag = value.is_true();
        }
        Ok(options)
    }
}

/// An environment that knows `templates`. They are compiled when they are
/// first used: a file that is only read need not be a template.
pub fn build(
    templates: &Templates,
    data: &Value,
    options: &Options,
    warnings: &Warnings,
) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(options.trim_blocks)
            .lstrip_blocks(options.lstrip_blocks)
            .keep_trailing_newline(options.keep_trailing_newline)
            .build()?,
    );
    environment.set_debug(true);
    environment.set_recursion_limit(RECURSION);
    environment.set_undefined_behavior(options.undefined);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, state, value| match value.kind() {
        ValueKind::Bool => Ok(out.write_str(if value.is_true() { "true" } else { "false" })?),
        ValueKind::None => Err(refuse(
            "null is not printed: give a default, or write it with tojson",
        )),
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => Err(refuse(
            "a map or list is not printed: write it with toyaml or tojson",
        )),
        _ => minijinja::escape_formatter(out, state, value),
    });
    let sources = templates.clone();
    environment.set_loader(move |name| Ok(sources.get(name).cloned()));
    filters::add_to(&mut environment);
    functions::add_to(&mut environment, templates, data, warnings);
    Ok(environment)
}
