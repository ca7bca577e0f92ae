//! Patterns of policies: `*` and `?`, and variables such as `${ec2:InstanceID}`.
//!
//! What a variable stands for is taken literally, wildcards included.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// This very character.
    Literal(char),
    /// Any one character.
    One,
    /// Any characters, or none.
    Any,
}

/// A pattern, its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Token>);

/// A variable has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoValue(pub(super) String);

/// Colons before the last part of an ARN, which may have more of its own.
const ARN_COLONS: usize = 5;

impl Pattern {
    /// Reads a pattern; `value` tells what a variable stands for.
    pub(super) fn read(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<Self, NoValue> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some((name, after)) = rest.strip_prefix("${").and_then(|inner| inner.split_once('}')) {
                let filled = variable(name, &value).ok_or_else(|| NoValue(name.to_owned()))?;
                tokens.extend(filled.chars().map(Token::Literal));
                rest = after;
                continue;
            }
            tokens.push(match character {
                '*' => Token::Any,
                '?' => Token::One,
                other => Token::Literal(other),
            });
            rest = &rest[character.len_utf8()..];
        }
        Ok(Self(tokens))
    }

    /// A text to compare exactly: variables filled in, wildcards meaning themselves.
    pub(super) fn exact(self) -> Self {
        let literal = |token| match token {
            Token::Any => Token::Literal('*'),
            Token::One => Token::Literal('?'),
            Token::Literal(character) => Token::Literal(character),
        };
        Self(self.0.into_iter().map(literal).collect())
    }

    /// Whether all of a text fits.
    pub(super) fn fits(&self, text: &str) -> bool {
        fits(&self.0, &text.chars().collect::<Vec<_>>())
    }

    /// Whether a text fits, the case of letters aside.
    pub(super) fn fits_in_any_case(&self, text: &str) -> bool {
        let lower = |token: &Token| match token {
            Token::Literal(character) => Token::Literal(character.to_ascii_lowercase()),
            other => *other,
        };
        let tokens: Vec<Token> = self.0.iter().map(lower).collect();
        fits(&tokens, &text.to_ascii_lowercase().chars().collect::<Vec<_>>())
    }

    /// Whether an ARN fits part by part: a wildcard reaches no further than its part.
    pub(super) fn fits_arn(&self, arn: &str) -> bool {
        let patterns = split_arn(&self.0, |token| *token == Token::Literal(':'));
        let characters: Vec<char> = arn.chars().collect();
        let parts = split_arn(&characters, |character| *character == ':');
        patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| fits(pattern, part))
    }
}

/// `${name}`, `${name, 'value without one'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.
fn variable(name: &str, value: &impl Fn(&str) -> Option<String>) -> Option<String> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name.to_owned());
    }
    let (name, otherwise) =
        name.split_once(',').map_or((name, None), |(name, otherwise)| (name, Some(otherwise)));
    let otherwise = otherwise.map(|text| text.trim().trim_matches('\'').to_owned());
    value(name.trim()).or(otherwise)
}

fn split_arn<T>(items: &[T], is_colon: impl Fn(&T) -> bool) -> Vec<&[T]> {
    items.splitn(ARN_COLONS + 1, is_colon).collect()
}

fn fits(pattern: &[Token], text: &[char]) -> bool {
    let (mut at, mut token) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: one character further into what it takes.
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(token) {
            Some(Token::Any) => {
                retry = Some((token + 1, at));
                token += 1;
            }
            Some(Token::One) => (at, token) = (at + 1, token + 1),
            Some(Token::Literal(character)) if *character == text[at] => (at, token) = (at + 1, token + 1),
            _ => {
                let Some((after, from)) = retry else { return false };
                retry = Some((after, from + 1));
                (token, at) = (after, from + 1);
            }
        }
    }
    pattern[token..].iter().all(|token| *token == Token::Any)
}
