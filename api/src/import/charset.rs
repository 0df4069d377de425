//! The encoding of a file, and its bytes as UTF-8 while they are read.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Bytes of decoded text held at a time.
const HELD: usize = 16 * 1024;

/// An encoding of text, by the names of the Encoding Standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Default for Charset {
    fn default() -> Self {
        Self::UTF_8
    }
}

impl Charset {
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);
    pub const UTF_16LE: Self = Self(encoding_rs::UTF_16LE);
    pub const UTF_16BE: Self = Self(encoding_rs::UTF_16BE);
    pub const WINDOWS_1252: Self = Self(encoding_rs::WINDOWS_1252);

    /// An encoding by one of its names: `utf-8`, `windows-1252`, `latin1`, `shift_jis`, …
    pub fn parse(name: &str) -> Option<Self> {
        Encoding::for_label_no_replacement(name.as_bytes()).map(Self)
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The encoding that the mark at the start of a file names, if it has one.
    pub(super) fn marked(head: &[u8]) -> Option<Self> {
        Encoding::for_bom(head).map(|(encoding, _)| Self(encoding))
    }

    /// UTF-16 without a mark: every other byte of Western text is NUL.
    pub(super) fn wide(head: &[u8]) -> Option<Self> {
        let pairs = head.len() / 2;
        let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (nuls(0), nuls(1));
        match pairs {
            0 | 1 => None,
            _ if even == 0 && odd * 10 >= pairs * 7 => Some(Self::UTF_16LE),
            _ if odd == 0 && even * 10 >= pairs * 7 => Some(Self::UTF_16BE),
            _ => None,
        }
    }

    /// Text whose end may be cut; what cannot be read stands as U+FFFD.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        self.0.decode(bytes).0.into_owned()
    }

    /// A line without a mark.
    pub(super) fn line(self, bytes: &[u8]) -> Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }

    /// UTF-8 where the bytes are that, save for a cut at their end; this encoding elsewhere.
    pub(super) fn or_utf8(self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) if error.error_len().is_none() => Self::UTF_8.text(&bytes[..error.valid_up_to()]),
            Err(_) => self.line(bytes).into_owned(),
        }
    }

    fn decoder(self) -> Option<Decoder> {
        // Where somebody told "UTF-16", the mark says which of the two it is.
        let wide = self == Self::UTF_16LE || self == Self::UTF_16BE;
        let decoder = || if wide { self.0.new_decoder() } else { self.0.new_decoder_without_bom_handling() };
        (self != Self::UTF_8).then(decoder)
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Bytes that are no text in the encoding of their file.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not {charset}")]
pub(super) struct Garbled {
    pub charset: Charset,
    /// The file ends inside a character.
    pub cut: bool,
}

/// A file as UTF-8. One that is UTF-8 is handed through as it is, and not checked.
pub(super) struct Decoded<R> {
    input: R,
    charset: Charset,
    decoder: Option<Decoder>,
    text: Vec<u8>,
    at: usize,
    held: usize,
    garbled: Option<Garbled>,
    over: bool,
}

impl<R: BufRead> Decoded<R> {
    pub fn new(input: R, charset: Charset) -> Self {
        let decoder = charset.decoder();
        let text = vec![0; if decoder.is_some() { HELD } else { 0 }];
        Self { input, charset, decoder, text, at: 0, held: 0, garbled: None, over: false }
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(decoder) = &mut self.decoder else { return self.input.fill_buf() };
        while self.at == self.held && !self.over {
            if let Some(garbled) = self.garbled {
                return Err(io::Error::new(io::ErrorKind::InvalidData, garbled));
            }
            let bytes = self.input.fill_buf()?;
            let last = bytes.is_empty();
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, last);
            self.input.consume(read);
            (self.at, self.held) = (0, written);
            match result {
                DecoderResult::InputEmpty => self.over = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.garbled = Some(Garbled { charset: self.charset, cut: last }),
            }
        }
        Ok(&self.text[self.at..self.held])
    }

    fn consume(&mut self, count: usize) {
        match self.decoder {
            None => self.input.consume(count),
            Some(_) => self.at += count,
        }
    }
}
