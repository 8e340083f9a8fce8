//! One render: the calls that the package asks for, then its templates.
//!
//! 1. When the assets hold `calls.json`, the engine renders that template; it
//!    gives a list of calls, which are made in its order.
//! 2. The engine renders the other assets, with the calls' outputs in view.
//! 3. The result holds the engine's files, and those of each call under
//!    `NAME-OF-CALL/`.

use alloc::vec::Vec;

use crate::call::Call;
use crate::host;
use crate::json::{append, decode, get, inside, members, mistake, Text};
use crate::result::{self, Failure, Parts};

const CALLS: &[u8] = b"calls.json";
const ENGINE: Text = br#""engine""#;
/// The result document for an envelope.
pub fn answer(envelope: Text) -> Vec<u8> {
    if mistake(envelope).is_some() {
        return result::failed(b"the input is not JSON");
    }
    match render(&Package::read(envelope)) {
        Ok(document) => document,
        Err(message) => result::failed(&message),
    }
}

fn render(package: &Package) -> Result<Vec<u8>, Failure> {
    let mut parts = Parts::default();
    if let Some(source) = package.calls {
        for call in package.planned_calls(source)? {
            call.make(&mut parts)?;
        }
    }
    let result = package.engine(b"", &package.templates, &parts.calls)?;
    parts.finish(result)
}

/// The parts of the envelope that the engine's input is made of.
struct Package<'a> {
    name: Text<'a>,
    inputs: Text<'a>,
    facts: Text<'a>,
    /// The source of `calls.json`.
    calls: Option<Text<'a>>,
    /// The other assets, the inside of a map.
    templates: Vec<u8>,
    /// Those of them that `calls.json` may include.
    partials: Vec<u8>,
}

impl<'a> Package<'a> {
    fn read(envelope: Text<'a>) -> Self {
        let inputs = get(envelope, b"data").unwrap_or(b"{}");
        let facts = get(envelope, b"mistpm").unwrap_or(b"{}");
        let mut package = Package {
            name: get(inputs, b"name").and_then(inside).unwrap_or(b""),
            inputs,
            facts,
            calls: None,
            templates: Vec::new(),
            partials: Vec::new(),
        };
        for (path, source) in members(get(facts, b"assets").unwrap_or(b"{}")) {
            let plain = inside(path).unwrap_or(b"");
            if plain == CALLS {
                package.calls = Some(source);
                continue;
            }
            append(&mut package.templates, &[path, b":", source]);
            if plain
                .rsplit(|byte| *byte == b'/')
                .next()
                .is_some_and(|last| last.starts_with(b"_"))
            {
                append(&mut package.partials, &[path, b":", source]);
            }
        }
        package
    }

    /// What the engine gives for `templates`, whose data includes the calls
    /// made so far. `suffix` tells the engine calls of one render apart.
    fn engine(&self, suffix: Text, templates: Text, calls: Text) -> Result<Text<'static>, Failure> {
        let mut data = [br#""name":""#, self.name, br#"","inputs":"#, self.inputs].concat();
        for key in [
            &b"release"[..],
            b"package",
            b"capabilities",
            b"dependencies",
        ] {
            append(
                &mut data,
                &[b"\"", key, b"\":", get(self.facts, key).unwrap_or(b"{}")],
            );
        }
        append(&mut data, &[br#""calls":{"#, calls, b"}"]);
        let inputs = [
            br#"{"templates":{"#,
            templates,
            br#"},"data":{"#,
            &data,
            b"}}",
        ]
        .concat();
        let name = [b"\"", self.name, b"-engine", suffix, b"\""].concat();
        host::call(ENGINE, &name, &inputs).map_err(Vec::from)
    }

    /// Renders `calls.json` and reads the list that it gives.
    fn planned_calls(&self, source: Text) -> Result<Vec<Call<'static>>, Failure> {
        let mut templates = [b"\"", CALLS, b"\":", source].concat();
        if !self.partials.is_empty() {
            append(&mut templates, &[&self.partials]);
        }
        let result = self.engine(b"-calls", &templates, b"")?;
        let files = get(result, b"data").and_then(|data| get(data, b"files"));
        // a template that gave nothing but white space asks for no calls
        let Some(text) = files.and_then(|files| get(files, CALLS)).and_then(decode) else {
            return Ok(Vec::new());
        };
        Call::read_list(text.leak(), self.name)
    }
}
