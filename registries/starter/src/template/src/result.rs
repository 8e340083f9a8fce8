//! The result document, put together from the engine's and the callees'.

use alloc::vec::Vec;

use crate::json::{append, get, inside, members, Text};

const OPENING: Text =
    br#"{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistResult","data":{"result":"#;

/// A failure's message: the inside of a JSON string.
pub type Failure = Vec<u8>;

/// The document of a render that failed.
pub fn failed(message: Text) -> Vec<u8> {
    [OPENING, br#""Err","message":""#, message, br#""}}"#].concat()
}

/// What was gathered so far.
#[derive(Default)]
pub struct Parts {
    /// `NAME-OF-CALL: {alias, outputs}`, as templates see it: the inside of a map.
    pub calls: Vec<u8>,
    /// The insides of a map and two lists.
    files: Vec<u8>,
    objects: Vec<u8>,
    warnings: Vec<u8>,
    /// The paths in `files`.
    paths: Vec<Vec<u8>>,
}

impl Parts {
    /// Adds the result of a call: its files go into a folder of their own.
    pub fn add_call(&mut self, name: Text, alias: Text, result: Text) -> Result<(), Failure> {
        let outputs = part(result, b"mistpm", b"outputs").unwrap_or(b"{}");
        append(
            &mut self.calls,
            &[
                b"\"",
                name,
                br#"":{"alias":""#,
                alias,
                br#"","outputs":"#,
                outputs,
                b"}",
            ],
        );
        self.add(&[name, b"/"].concat(), result)
    }

    /// Adds the result of the package's own templates and ends the gathering.
    pub fn finish(mut self, result: Text) -> Result<Vec<u8>, Failure> {
        self.add(b"", result)?;
        let mut document = [OPENING, br#""Ok""#].concat();
        if let Some(message) = part(result, b"data", b"message") {
            append(&mut document, &[br#""message":"#, message]);
        }
        append(
            &mut document,
            &[br#""files":{"#, &self.files, br#"}},"mistpm":{"objects":["#],
        );
        document.extend(
            [
                &self.objects,
                &br#"],"warnings":["#[..],
                &self.warnings,
                b"]",
            ]
            .concat(),
        );
        if let Some(outputs) = part(result, b"mistpm", b"outputs") {
            append(&mut document, &[br#""outputs":"#, outputs]);
        }
        document.extend(b"}}");
        Ok(document)
    }

    fn add(&mut self, folder: Text, result: Text) -> Result<(), Failure> {
        for (path, text) in members(part(result, b"data", b"files").unwrap_or(b"{}")) {
            let path = [folder, inside(path).unwrap_or(b"")].concat();
            if self.paths.contains(&path) {
                return Err([
                    b"the file `",
                    &path[..],
                    b"` comes from a call and from a template",
                ]
                .concat());
            }
            append(&mut self.files, &[b"\"", &path, b"\":", text]);
            self.paths.push(path);
        }
        for (list, key) in [
            (&mut self.objects, &b"objects"[..]),
            (&mut self.warnings, b"warnings"),
        ] {
            let items = part(result, b"mistpm", key).and_then(inside).unwrap_or(b"");
            if !items.is_empty() {
                append(list, &[items]);
            }
        }
        Ok(())
    }
}

/// `result.section.key`.
fn part<'a>(result: Text<'a>, section: &[u8], key: &[u8]) -> Option<Text<'a>> {
    get(get(result, section)?, key)
}
