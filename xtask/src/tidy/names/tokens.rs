//! Finds paths in tokens that nothing has parsed: the arguments of macros and attributes.
//! A lone identifier is not a path; what a macro makes of its tokens is not guessed.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree, token_stream};

/// What a string literal among the tokens may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strings {
    /// In attributes: `#[serde(with = "crate::money")]`.
    MayBePaths,
    AreText,
}

/// The paths of two or more segments, with the line each begins on.
pub(super) fn paths_in(stream: &TokenStream, strings: Strings) -> Vec<(Vec<String>, usize)> {
    let mut scan = Scan { strings, found: Vec::new() };
    scan.stream(stream.clone(), &[]);
    scan.found
}

struct Scan {
    strings: Strings,
    found: Vec<(Vec<String>, usize)>,
}

type Tokens = Peekable<token_stream::IntoIter>;

impl Scan {
    /// The prefix is what stands before the braces in `a::{b, c}`.
    fn stream(&mut self, stream: TokenStream, prefix: &[String]) {
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let path = prefix.iter().cloned().chain([ident.to_string()]).collect();
                    self.path(path, line, &mut tokens);
                }
                TokenTree::Group(group) => self.stream(group.stream(), &[]),
                TokenTree::Literal(literal) => self.literal(&literal),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn path(&mut self, mut path: Vec<String>, line: usize, tokens: &mut Tokens) {
        while skip_colons(tokens) {
            match tokens.peek() {
                Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
                Some(TokenTree::Group(group)) if is_brace(group) => {
                    self.stream(group.stream(), &path);
                    tokens.next();
                    return;
                }
                _ => break,
            }
            tokens.next();
        }
        if path.len() > 1 {
            self.found.push((path, line));
        }
    }

    fn literal(&mut self, literal: &proc_macro2::Literal) {
        if self.strings == Strings::AreText {
            return;
        }
        let text = literal.to_string();
        let inside = text.trim_matches('"');
        if let Ok(path) = syn::parse_str::<syn::Path>(inside)
            && path.segments.len() > 1
        {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.found.push((segments, literal.span().start().line));
        }
    }
}

/// Steps over `::`, if that is what comes next; a single colon, as in `name: value`, stays.
fn skip_colons(tokens: &mut Tokens) -> bool {
    let is_colon =
        |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut ahead = tokens.clone();
    let joined = is_colon(ahead.next().as_ref()) && is_colon(ahead.next().as_ref());
    if joined {
        *tokens = ahead;
    }
    joined
}

fn is_brace(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}
