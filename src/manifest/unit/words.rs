//! A value's words: what blanks part, what quotes keep together, and what backslashes stand for.
//!
//! Variables and specifiers stay as they are written.
//! <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting>

use std::iter::Peekable;
use std::str::Chars;

/// A word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Without its quotes.
    pub text: String,
    /// Whether any of it was quoted or escaped, so that it has no meaning but its own.
    pub is_quoted: bool,
}

/// A quote that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {0} is not closed")]
pub struct NotClosed(pub char);

/// The words of a value.
///
/// # Errors
/// Where a quote is not closed.
pub fn split(value: &str) -> Result<Vec<Word>, NotClosed> {
    let mut words = Vec::new();
    let mut rest = value.chars().peekable();
    loop {
        while rest.next_if(char::is_ascii_whitespace).is_some() {}
        if rest.peek().is_none() {
            return Ok(words);
        }
        words.push(word(&mut rest)?);
    }
}

fn word(rest: &mut Peekable<Chars<'_>>) -> Result<Word, NotClosed> {
    let mut word = Word::default();
    let mut quote = None;
    while let Some(c) = rest.next_if(|c| quote.is_some() || !c.is_ascii_whitespace()) {
        match (c, quote) {
            ('\\', _) => {
                word.is_quoted = true;
                escape(rest, &mut word.text);
            }
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                word.is_quoted = true;
                quote = Some(c);
            }
            _ => word.text.push(c),
        }
    }
    quote.map_or(Ok(word), |open| Err(NotClosed(open)))
}

/// What follows a backslash. One that stands for nothing stays, as systemd leaves it.
fn escape(rest: &mut Peekable<Chars<'_>>, text: &mut String) {
    let Some(c) = rest.next() else {
        text.push('\\');
        return;
    };
    let plain = match c {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        's' => ' ',
        // `\;` is a semicolon that parts no commands.
        '\\' | '"' | '\'' | ';' => c,
        'x' => return coded(rest, text, c, 2, 16),
        'u' => return coded(rest, text, c, 4, 16),
        'U' => return coded(rest, text, c, 8, 16),
        '0'..='7' => {
            let mut digits = String::from(c);
            digits.extend((0..2).map_while(|_| rest.next_if(|c| c.is_digit(8))));
            match u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32) {
                Some(c) => c,
                None => return text.push_str(&digits),
            }
        }
        c => {
            text.push('\\');
            c
        }
    };
    text.push(plain);
}

/// A character by its number.
fn coded(rest: &mut Peekable<Chars<'_>>, text: &mut String, letter: char, length: usize, radix: u32) {
    let digits: String = (0..length).map_while(|_| rest.next_if(|c| c.is_digit(radix))).collect();
    let number = (digits.len() == length).then(|| u32::from_str_radix(&digits, radix).ok()).flatten();
    match number.and_then(char::from_u32) {
        Some(c) => text.push(c),
        None => {
            text.push('\\');
            text.push(letter);
            text.push_str(&digits);
        }
    }
}
