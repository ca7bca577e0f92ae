//! Walks a parsed file and writes down the paths and renames as they stand.
//! It resolves nothing.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::super::attributes::is_test_only;
use super::{Aliases, Mention, Raw, tokens};

/// The raw paths of a file, and what its imports and module declarations make its names stand for.
pub(super) fn collect(syntax: &syn::File, module: &[String], in_test: bool) -> (Vec<Raw>, Aliases) {
    let mut collector = Collector {
        module: module.to_vec(),
        in_test,
        in_attribute: false,
        raw: Vec::new(),
        aliases: Aliases::new(),
    };
    collector.visit_file(syntax);
    (collector.raw, collector.aliases)
}

struct Collector {
    module: Vec<String>,
    in_test: bool,
    in_attribute: bool,
    raw: Vec<Raw>,
    aliases: Aliases,
}

impl Collector {
    fn note(&mut self, segments: Vec<String>, mention: Mention, line: usize) {
        self.raw.push(Raw { module: self.module.clone(), segments, mention, line, in_test: self.in_test });
    }

    fn alias(&mut self, name: &str, target: Vec<String>) {
        self.aliases.insert((self.module.clone(), name.to_owned()), target);
    }

    fn import(&mut self, tree: &syn::UseTree, prefix: &[String]) {
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(path) => self.import(&path.tree, &joined(prefix, &path.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.import(item, prefix)),
            syn::UseTree::Glob(_) => self.note(prefix.to_vec(), Mention::Glob, line),
            syn::UseTree::Name(name) => self.import_as(prefix, &name.ident, None, line),
            syn::UseTree::Rename(rename) => self.import_as(prefix, &rename.ident, Some(&rename.rename), line),
        }
    }

    fn import_as(&mut self, prefix: &[String], name: &syn::Ident, rename: Option<&syn::Ident>, line: usize) {
        let itself = name == "self" && !prefix.is_empty();
        let target = if itself { prefix.to_vec() } else { joined(prefix, name) };
        let known_as = rename.map(ToString::to_string).or_else(|| target.last().cloned());
        if let Some(known_as) = known_as {
            self.alias(&known_as, target.clone());
        }
        self.note(target, Mention::Import, line);
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        let target =
            std::iter::once("crate".to_owned()).chain(self.module.clone()).chain([name.clone()]).collect();
        self.alias(&name, target);
        let outside = self.in_test;
        self.in_test |= is_test_only(&item.attrs);
        self.module.push(name);
        visit::visit_item_mod(self, item);
        self.module.pop();
        self.in_test = outside;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[]);
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let rename = item.rename.as_ref().map(|(_, rename)| rename);
        self.import_as(&[], &item.ident, rename, item.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(segments, Mention::Inline, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let outside = std::mem::replace(&mut self.in_attribute, true);
        visit::visit_attribute(self, attribute);
        self.in_attribute = outside;
    }

    fn visit_token_stream(&mut self, stream: &'ast proc_macro2::TokenStream) {
        let strings = if self.in_attribute { tokens::Strings::MayBePaths } else { tokens::Strings::AreText };
        for (segments, line) in tokens::paths_in(stream, strings) {
            self.note(segments, Mention::Inline, line);
        }
    }
}

fn joined(prefix: &[String], last: &syn::Ident) -> Vec<String> {
    prefix.iter().cloned().chain([last.to_string()]).collect()
}
