//! What a few attributes mean to tidy: test-only code, ignored tests, module paths.
//! Everything else about attributes is left to the compiler.

use proc_macro2::{TokenStream, TokenTree};

/// `#[cfg(test)]`, also within `all(…)`.
pub(crate) fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            mentions(&list.tokens, "test") && !mentions(&list.tokens, "not") && !mentions(&list.tokens, "any")
        }
        _ => false,
    })
}

/// `#[ignore]`, with or without a reason, also behind `cfg_attr`.
pub(crate) fn is_ignored(attribute: &syn::Attribute) -> bool {
    match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg_attr") => mentions(&list.tokens, "ignore"),
        meta => meta.path().is_ident("ignore"),
    }
}

/// `#[path = "…"]`.
pub(crate) fn has_path(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("path"))
}

fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
