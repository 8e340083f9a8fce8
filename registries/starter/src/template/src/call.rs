//! The calls that `calls.json` asks for.

use alloc::vec::Vec;

use crate::host;
use crate::json::{encode, inside, items, members, mistake, Text};
use crate::result::{Failure, Parts};

const HERE: Text = b"template `calls.json`";

/// One call: the inside of two strings, and the inputs.
pub struct Call<'a> {
    alias: Text<'a>,
    name: Vec<u8>,
    inputs: Text<'a>,
}

impl<'a> Call<'a> {
    /// Reads the list that `calls.json` gave. A call without a name is called
    /// `CALLER-ALIAS`.
    pub fn read_list(text: Text<'a>, caller: Text) -> Result<Vec<Self>, Failure> {
        if let Some(offset) = mistake(text) {
            let before = text.get(..offset).unwrap_or(text);
            let number = before.split(|byte| *byte == b'\n').count();
            let line = text
                .split(|byte| *byte == b'\n')
                .nth(number - 1)
                .unwrap_or(b"");
            let line = encode(line.trim_ascii());
            return Err([
                HERE,
                b" gave no JSON: a mistake in line ",
                &decimal(number),
                b": ",
                &line,
            ]
            .concat());
        }
        if !text.trim_ascii().starts_with(b"[") {
            return Err([HERE, b" gave no JSON list"].concat());
        }
        let numbered = items(text).zip(1..);
        let read = |(entry, number)| {
            Self::read(entry, caller)
                .map_err(|what| [HERE, b", call ", &decimal(number), b": ", &what].concat())
        };
        numbered.map(read).collect()
    }

    fn read(entry: Text<'a>, caller: Text) -> Result<Self, Failure> {
        let string = |value: Text<'a>| {
            if value.starts_with(b"\"") {
                inside(value)
            } else {
                None
            }
        };
        if !entry.starts_with(b"{") {
            return Err(b"it is not an object".to_vec());
        }
        let mut alias = None;
        let mut name = None;
        let mut inputs: Text = b"{}";
        for (key, value) in members(entry) {
            let key = inside(key).unwrap_or(b"");
            match key {
                b"alias" => alias = Some(string(value).ok_or(b"`alias` is not a string")?),
                b"name" => name = Some(string(value).ok_or(b"`name` is not a string")?),
                b"inputs" if value.starts_with(b"{") => inputs = value,
                b"inputs" => return Err(b"`inputs` is not an object".to_vec()),
                _ => return Err([b"there is no key `", key, b"` in a call"].concat()),
            }
        }
        let alias = alias.ok_or(b"`alias` is missing")?;
        let name = name.map_or_else(|| [caller, b"-", alias].concat(), Vec::from);
        Ok(Call {
            alias,
            name,
            inputs,
        })
    }

    /// Renders the dependency and adds what it gives to `parts`.
    pub fn make(&self, parts: &mut Parts) -> Result<(), Failure> {
        let quoted = |text: Text| [b"\"", text, b"\""].concat();
        let result = host::call(&quoted(self.alias), &quoted(&self.name), self.inputs)
            .map_err(|message| [b"call `", self.alias, b"` failed: ", message].concat())?;
        parts.add_call(&self.name, self.alias, result)
    }
}

fn decimal(mut number: usize) -> Vec<u8> {
    let mut digits = Vec::new();
    loop {
        digits.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            digits.reverse();
            return digits;
        }
    }
}
