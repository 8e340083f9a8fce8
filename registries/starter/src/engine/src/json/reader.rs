//! JSON into template values, without serde: the size of the module is what a
//! first render waits for.

use std::collections::BTreeMap;

use minijinja::Value;

use super::DEPTH;

/// What is wrong with a JSON text, and at which byte.
pub struct Mistake {
    what: &'static str,
    offset: usize,
}

impl Mistake {
    /// The mistake in words, with the line of `text` it is in.
    pub fn explain(&self, text: &str) -> String {
        let before = text.get(..self.offset).unwrap_or(text);
        let number = before.matches('\n').count() + 1;
        let line = text.split('\n').nth(number - 1).unwrap_or_default();
        format!("{} in line {number}: {}", self.what, line.trim())
    }
}

/// Reads one JSON document, strictly; of equal keys the last counts.
pub fn parse(text: &str) -> Result<Value, Mistake> {
    let mut reader = Reader { text, offset: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.mistake("text after the end")),
    }
}

struct Reader<'a> {
    text: &'a str,
    offset: usize,
}

impl Reader<'_> {
    fn mistake(&self, what: &'static str) -> Mistake {
        Mistake {
            what,
            offset: self.offset,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.offset += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Mistake> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.mistake(what))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Mistake> {
        if depth > DEPTH {
            return Err(self.mistake("lists and maps nest too deep"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", true.into()),
            Some(b'f') => self.word("false", false.into()),
            Some(b'n') => self.word("null", ().into()),
            _ => Err(self.mistake("a value is missing")),
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut entries: BTreeMap<String, Value> = BTreeMap::new();
        self.offset += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(entries.into());
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.expect(b':', "`:` is missing")?;
            entries.insert(key, self.value(depth + 1)?);
            self.skip_space();
            if !self.take(b',') {
                self.expect(b'}', "`,` or `}` is missing")?;
                return Ok(entries.into());
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut items: Vec<Value> = Vec::new();
        self.offset += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(items.into());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if !self.take(b',') {
                self.expect(b']', "`,` or `]` is missing")?;
                return Ok(items.into());
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Mistake> {
        if self.text[self.offset..].starts_with(word) {
            self.offset += word.len();
            Ok(value)
        } else {
            Err(self.mistake("a value is missing"))
        }
    }

    fn digits(&mut self) -> Result<(), Mistake> {
        let start = self.offset;
        while let Some(b'0'..=b'9') = self.peek() {
            self.offset += 1;
        }
        if self.offset == start {
            return Err(self.mistake("a digit is missing"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, Mistake> {
        let start = self.offset;
        let mut whole = true;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            whole = false;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            whole = false;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let text = &self.text[start..self.offset];
        if whole {
            // 128 bits: an integer is never rounded
            if let Ok(number) = text.parse::<i64>() {
                return Ok(number.into());
            }
            return match text.parse::<i128>() {
                Ok(number) => Ok(number.into()),
                Err(_) => Err(self.mistake("a number is too large")),
            };
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => Err(self.mistake("a number is too large")),
        }
    }

    fn string(&mut self) -> Result<String, Mistake> {
        self.expect(b'"', "a string is missing")?;
        let mut string = String::new();
        loop {
            let start = self.offset;
            while self
                .peek()
                .is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\')
            {
                self.offset += 1;
            }
            string.push_str(&self.text[start..self.offset]);
            if self.take(b'"') {
                return Ok(string);
            }
            self.expect(b'\\', "a string is not closed")?;
            string.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Mistake> {
        let byte = self.peek();
        self.offset += usize::from(byte.is_some_and(|byte| byte.is_ascii()));
        Ok(match byte {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => byte.into(),
            Some(b'u') => {
                let mut code = self.four_digits()?;
                if (0xd800..0xdc00).contains(&code) && self.text[self.offset..].starts_with("\\u") {
                    self.offset += 2;
                    let low = self.four_digits()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(self.mistake("half of a surrogate pair"));
                    }
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                char::from_u32(code).ok_or(self.mistake("half of a surrogate pair"))?
            }
            _ => return Err(self.mistake("an unknown escape")),
        })
    }

    fn four_digits(&mut self) -> Result<u32, Mistake> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or(self.mistake("an unknown escape"))?;
            self.offset += 1;
        }
        Ok(code)
    }
}
