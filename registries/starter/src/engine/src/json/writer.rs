//! Template values as JSON that readers of YAML understand alike.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::DEPTH;
use crate::filters::text;

/// Whether YAML 1.1 or 1.2 readers stumble over a raw `letter`.
pub fn unprintable(letter: char) -> bool {
    matches!(
        letter,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Writes `text` as a string that JSON and YAML read alike.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if unprintable(letter) => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    out.push(char::from_digit(letter as u32 >> shift & 15, 16).unwrap_or('0'));
                }
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// Writes null, a boolean, a number or a string.
pub fn write_scalar(out: &mut String, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::String => write_string(out, value.as_str().unwrap_or_default()),
        ValueKind::Number => {
            if f64::try_from(value.clone()).is_ok_and(|number| !number.is_finite()) {
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    "a number is not finite",
                ));
            }
            out.push_str(&value.to_string());
        }
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "a value has no JSON form",
            ))
        }
    }
    Ok(())
}

/// Writes `value` as JSON: with `indent` one item per line, without on one
/// line without any space.
pub fn write(
    out: &mut String,
    value: &Value,
    indent: Option<usize>,
    depth: usize,
) -> Result<(), Error> {
    if depth > DEPTH {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "lists and maps nest too deep",
        ));
    }
    let map = match value.kind() {
        ValueKind::Map => true,
        ValueKind::Seq | ValueKind::Iterable => false,
        _ => return write_scalar(out, value),
    };
    out.push(if map { '{' } else { '[' });
    let mut empty = true;
    for item in value.try_iter()? {
        if !empty {
            out.push(',');
        }
        empty = false;
        new_line(out, indent, depth + 1);
        if map {
            write_string(out, &text(&item));
            out.push_str(if indent.is_some() { ": " } else { ":" });
            write(out, &value.get_item(&item)?, indent, depth + 1)?;
        } else {
            write(out, &item, indent, depth + 1)?;
        }
    }
    if !empty {
        new_line(out, indent, depth);
    }
    out.push(if map { '}' } else { ']' });
    Ok(())
}

fn new_line(out: &mut String, indent: Option<usize>, depth: usize) {
    if let Some(width) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', width * depth));
    }
}
