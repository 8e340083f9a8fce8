//! `MistResult` documents.

use std::collections::BTreeMap;

use crate::json::write_string;

const OPENING: &str =
    r#"{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistResult","data":{"result":"#;

/// What a render gave.
#[derive(Default)]
pub struct Rendered {
    pub files: BTreeMap<String, String>,
    /// The text of `message.txt`.
    pub message: Option<String>,
    /// JSON, checked.
    pub outputs: Option<String>,
    pub warnings: Vec<String>,
}

impl Rendered {
    pub fn document(&self) -> String {
        let mut out = format!("{OPENING}\"Ok\"");
        if let Some(message) = &self.message {
            out.push_str(",\"message\":");
            write_string(&mut out, message);
        }
        out.push_str(",\"files\":{");
        for (position, (name, text)) in self.files.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            write_string(&mut out, name);
            out.push(':');
            write_string(&mut out, text);
        }
        out.push_str("}},\"mistpm\":{\"warnings\":[");
        for (position, warning) in self.warnings.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            write_string(&mut out, warning);
        }
        out.push(']');
        if let Some(outputs) = &self.outputs {
            out.push_str(",\"outputs\":");
            out.push_str(outputs);
        }
        out.push_str("}}");
        out
    }
}

/// The document of a render that failed.
pub fn failed(message: &str) -> String {
    let mut out = format!("{OPENING}\"Err\",\"message\":");
    write_string(&mut out, message);
    out.push_str("}}");
    out
}
