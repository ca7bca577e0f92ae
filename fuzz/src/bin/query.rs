//! Any words as a question.

#![no_main]

use cloudkit::catalog::Catalog;
use cloudkit::discovery::read_question;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // As a shell hands them on: a word, or several in quotes.
    let words: Vec<&str> = text.split('\n').collect();
    let _ = read_question(&words, Catalog::embedded());
});
