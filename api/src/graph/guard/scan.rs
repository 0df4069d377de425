//! Reads the query text once, byte by byte, before the parser: brackets, tokens, directives, NUL.
//!
//! The parser is recursive and slow on hostile text. This pass needs no stack, and must never see
//! less nesting than the parser would: what the two could read differently is refused.

use super::{Limits, Refusal};

/// Passes a text that the parser can take.
pub(super) fn text(query: &str, limits: &Limits) -> Result<(), Refusal> {
    let mut scan = Scan { rest: query.as_bytes(), ..Scan::default() };
    while let Some(&byte) = scan.rest.first() {
        scan.step(byte)?;
        if scan.open > limits.nesting {
            return Err(Refusal::too_many("brackets inside one another", limits.nesting, None));
        }
        if scan.directives > limits.directives {
            return Err(Refusal::too_many("directives", limits.directives, None));
        }
        if scan.tokens > limits.tokens {
            return Err(Refusal::too_many("words and signs", limits.tokens, None));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Scan<'a> {
    rest: &'a [u8],
    open: usize,
    tokens: usize,
    directives: u64,
}

impl Scan<'_> {
    /// Takes the next token, white space or comment off the front.
    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        match byte {
            0 => return Err(Refusal::nul("/query".to_owned())),
            b' ' | b'\t' | b'\r' | b'\n' | b',' => return self.skip(1),
            b'#' => return self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
            _ => self.tokens += 1,
        }
        match byte {
            b'"' if self.rest.starts_with(b"\"\"\"") => self.block_string(),
            b'"' => self.string(),
            b'{' | b'[' | b'(' => {
                self.open += 1;
                self.skip(1)
            }
            b'}' | b']' | b')' => {
                self.open = self.open.saturating_sub(1);
                self.skip(1)
            }
            b'@' => {
                self.directives += 1;
                self.skip(1)
            }
            _ if is_word(byte) => self.skip_while(is_word),
            _ => self.skip(1),
        }
    }

    fn skip(&mut self, count: usize) -> Result<(), Refusal> {
        let cut = count.min(self.rest.len());
        if self.rest[..cut].contains(&0) {
            return Err(Refusal::nul("/query".to_owned()));
        }
        self.rest = &self.rest[cut..];
        Ok(())
    }

    fn skip_while(&mut self, more: impl Fn(u8) -> bool) -> Result<(), Refusal> {
        let end = self.rest.iter().position(|&byte| !more(byte));
        self.skip(end.unwrap_or(self.rest.len()))
    }

    /// A string in single quotation marks: its escapes may spell a NUL.
    fn string(&mut self) -> Result<(), Refusal> {
        let mut at = 1;
        loop {
            match self.rest.get(at) {
                Some(b'"') => return self.skip(at + 1),
                Some(b'\\') if self.rest[at + 1..].starts_with(b"u0000") => {
                    return Err(Refusal::nul("/query".to_owned()));
                }
                Some(b'\\') => at += 2,
                Some(b'\n' | b'\r') | None => return Err(endless()),
                Some(_) => at += 1,
            }
        }
    }

    /// A string in triple quotation marks. One without an end would be read by the parser as
    /// shorter strings with bare text between them, so it is refused here.
    fn block_string(&mut self) -> Result<(), Refusal> {
        let mut at = 3;
        while at < self.rest.len() {
            let rest = &self.rest[at..];
            if rest.starts_with(b"\"\"\"") {
                return self.skip(at + 3);
            }
            at += if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
        }
        Err(endless())
    }
}

fn endless() -> Refusal {
    Refusal::invalid("The query cannot be read: a string has no end.".to_owned(), None)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
