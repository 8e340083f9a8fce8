//! Template values as YAML that readers of 1.1 and of 1.2 understand alike:
//! what one of them could take for something else is quoted.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use crate::filters::text;
use crate::json;

/// Longer strings are quoted: some readers limit the length of plain keys.
const LONGEST_PLAIN: usize = 120;

/// `value` in block style, two spaces a level, without a final newline.
pub fn write(value: &Value) -> Result<String, Error> {
    let mut out = String::new();
    node(&mut out, value, 0, true)?;
    Ok(out)
}

/// Writes `value`. The cursor stands at the start of a line, or, when
/// `inline`, where the first line of the value goes: at the very beginning or
/// after `- `.
fn node(out: &mut String, value: &Value, level: usize, inline: bool) -> Result<(), Error> {
    if level > json::DEPTH {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "lists and maps nest too deep",
        ));
    }
    let map = match value.kind() {
        ValueKind::Map => true,
        ValueKind::Seq | ValueKind::Iterable => false,
        ValueKind::String => {
            string(out, value.as_str().unwrap_or_default(), level);
            return Ok(());
        }
        _ => return json::write_scalar(out, value),
    };
    let mut empty = true;
    for item in value.try_iter()? {
        if !(empty && inline) {
            out.push('\n');
            indent(out, level);
        }
        empty = false;
        if map {
            key(out, &text(&item));
            out.push(':');
            child(out, &value.get_item(&item)?, level)?;
        } else {
            out.push_str("- ");
            node(out, &item, level + 1, true)?;
        }
    }
    if empty {
        out.push_str(if map { "{}" } else { "[]" });
    }
    Ok(())
}

/// Writes the value of a key: a map one level deeper on the next line, a list
/// on the next line at the level of its key, anything else on the same line.
fn child(out: &mut String, value: &Value, level: usize) -> Result<(), Error> {
    let empty = value.len() == Some(0);
    match value.kind() {
        ValueKind::Map if !empty => node(out, value, level + 1, false),
        ValueKind::Seq | ValueKind::Iterable if !empty => node(out, value, level, false),
        _ => {
            out.push(' ');
            node(out, value, level + 1, true)
        }
    }
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

/// A key stays on one line, so it is never a block.
fn key(out: &mut String, key: &str) {
    if plain(key) {
        out.push_str(key);
    } else {
        json::write_string(out, key);
    }
}

fn string(out: &mut String, string: &str, level: usize) {
    if plain(string) {
        out.push_str(string);
    } else if block(string) {
        out.push_str(if string.ends_with('\n') { "|" } else { "|-" });
        for line in string.strip_suffix('\n').unwrap_or(string).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                indent(out, level.max(1));
                out.push_str(line);
            }
        }
    } else {
        json::write_string(out, string);
    }
}

/// Whether every reader takes the bare `text` for this very string: it starts
/// like a word or a path, so it is no number, date or mark, and is no word
/// that means something.
fn plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(byte);
    let meaningful = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    bytes.len() <= LONGEST_PLAIN
        && (first.is_ascii_alphabetic() || *first == b'/')
        && *last != b':'
        && bytes.iter().all(word)
        && !meaningful
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether `text` can be a literal block: several lines, the first of them
/// not indented, one newline or none at the end.
fn block(text: &str) -> bool {
    let harmless = |letter| matches!(letter, '\n' | '\t') || !json::unprintable(letter);
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(harmless)
}
