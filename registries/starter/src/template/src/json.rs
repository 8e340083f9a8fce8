//! JSON as it stands: finding the parts of a document without decoding it.

use alloc::vec::Vec;

/// A part of a JSON document, or text that becomes a part of one.
pub type Text<'a> = &'a [u8];

/// How deep lists and maps may nest.
const DEPTH: usize = 128;

/// Reads through a document, value by value.
struct Reader<'a> {
    text: Text<'a>,
    /// How far it came; after a mistake, where the mistake is.
    offset: usize,
}

impl<'a> Reader<'a> {
    fn new(text: Text<'a>) -> Self {
        Reader { text, offset: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.offset).copied()
    }

    fn skip(&mut self, accepted: fn(u8) -> bool) -> usize {
        let start = self.offset;
        while self.peek().is_some_and(accepted) {
            self.offset += 1;
        }
        self.offset - start
    }

    fn skip_space(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    }

    /// Steps over `byte` when it is the next one.
    fn here(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    /// Steps over white space, then over `byte` when it is the next one.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.here(byte)
    }

    /// Whether nothing but white space is left.
    fn at_end(&mut self) -> bool {
        self.skip_space();
        self.peek().is_none()
    }

    /// The next value, checked to be JSON.
    fn value(&mut self) -> Option<Text<'a>> {
        self.skip_space();
        let start = self.offset;
        self.step(0)?;
        self.text.get(start..self.offset)
    }

    /// A key with its colon.
    fn key(&mut self) -> Option<Text<'a>> {
        self.skip_space();
        let start = self.offset;
        self.string()?;
        let key = self.text.get(start..self.offset);
        self.take(b':').then_some(key?)
    }

    fn step(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            open @ (b'{' | b'[') if depth < DEPTH => {
                let close = if open == b'{' { b'}' } else { b']' };
                self.offset += 1;
                if self.take(close) {
                    return Some(());
                }
                loop {
                    if open == b'{' {
                        self.key()?;
                    }
                    self.skip_space();
                    self.step(depth + 1)?;
                    if !self.take(b',') {
                        return self.take(close).then_some(());
                    }
                }
            }
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.text.get(self.offset..)?.starts_with(word);
        self.offset += if found { word.len() } else { 0 };
        found.then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        (self.skip(|byte| byte.is_ascii_digit()) > 0).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.here(b'-');
        if !self.here(b'0') {
            self.digits()?;
        }
        if self.here(b'.') {
            self.digits()?;
        }
        if self.here(b'e') || self.here(b'E') {
            let _ = self.here(b'+') || self.here(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.here(b'"').then_some(())?;
        loop {
            self.skip(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
            if self.here(b'"') {
                return Some(());
            }
            self.here(b'\\').then_some(())?;
            match self.peek()? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.offset += 1,
                b'u' => {
                    let code = self.text.get(self.offset + 1..self.offset + 5)?;
                    code.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                    self.offset += 5;
                }
                _ => return None,
            }
        }
    }
}

/// Where `text` stops being one JSON document, if it does.
pub fn mistake(text: Text) -> Option<usize> {
    let mut reader = Reader::new(text);
    let fine = reader.value().is_some() && reader.at_end();
    (!fine).then_some(reader.offset)
}

/// The items of a list; nothing when it is none.
pub fn items(list: Text) -> impl Iterator<Item = Text> {
    let mut reader = Reader::new(list);
    let mut more = reader.take(b'[');
    core::iter::from_fn(move || {
        let value = if more { reader.value() } else { None };
        more = reader.take(b',');
        value
    })
}

/// The (key, value) pairs of an object; nothing when it is none.
pub fn members(object: Text) -> impl Iterator<Item = (Text, Text)> {
    let mut reader = Reader::new(object);
    let mut more = reader.take(b'{');
    core::iter::from_fn(move || {
        let key = if more { reader.key() } else { None };
        let value = reader.value();
        more = reader.take(b',');
        Some((key?, value?))
    })
}

/// The value of `key`, which is given without quotes.
pub fn get<'a>(object: Text<'a>, key: &[u8]) -> Option<Text<'a>> {
    members(object)
        .find(|(found, _)| inside(found) == Some(key))
        .map(|(_, value)| value)
}

/// What stands between the brackets, braces or quotes of `value`.
pub fn inside(value: Text) -> Option<Text> {
    let [b'"' | b'[' | b'{', inside @ .., _] = value else {
        return None;
    };
    Some(if value[0] == b'"' {
        inside
    } else {
        inside.trim_ascii()
    })
}

/// The text that the string `value` stands for.
pub fn decode(value: Text) -> Option<Vec<u8>> {
    let mut rest = inside(value)?;
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&escape, after) = rest.split_first()?;
        rest = after;
        match escape {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let mut code = four_digits(&mut rest)?;
                if (0xd800..0xdc00).contains(&code) && rest.starts_with(b"\\u") {
                    rest = rest.get(2..)?;
                    code = 0x10000 + ((code - 0xd800) << 10) + (four_digits(&mut rest)? & 0x3ff);
                }
                let letter = char::from_u32(code)?;
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// `text` as the inside of a string.
pub fn encode(text: Text) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                let low = DIGITS[usize::from(byte & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
            }
            _ => out.push(byte),
        }
    }
    out
}

/// Adds an item, given in parts, to what stands between the brackets of a
/// list or map.
pub fn append(list: &mut Vec<u8>, item: &[Text]) {
    if !list.is_empty() {
        list.push(b',');
    }
    item.iter().for_each(|part| list.extend_from_slice(part));
}

fn four_digits(rest: &mut Text) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    digits.iter().try_fold(0, |code, digit| {
        Some(code * 16 + char::from(*digit).to_digit(16)?)
    })
}
