//! How long functions and files may be.
//! Test modules within a file do not count towards the file, but their functions are held to the same limit.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::attributes::is_test_only;
use super::finding::Finding;
use super::tree::{RustFile, Tree};

const RULE: &str = "length";

/// Lines that are normal at most, and lines that are too many.
struct Limit {
    soft: usize,
    hard: usize,
}

/// From the signature to the closing brace.
const FUNCTION: Limit = Limit { soft: 40, hard: 80 };
const FILE: Limit = Limit { soft: 300, hard: 500 };

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.rust_files() {
        let mut measure = Measure { functions: Vec::new(), test_lines: 0 };
        measure.visit_file(file.syntax);
        for (name, line, length) in &measure.functions {
            let advice = "give its steps names of their own";
            findings.extend(judge(&file, *line, &format!("fn {name}"), *length, &FUNCTION, advice));
        }
        let length = file.text.lines().count().saturating_sub(measure.test_lines);
        findings.extend(judge(&file, 1, "the file", length, &FILE, "split it along a natural seam"));
    }
}

fn judge(
    file: &RustFile<'_>,
    line: usize,
    what: &str,
    length: usize,
    limit: &Limit,
    advice: &str,
) -> Option<Finding> {
    if length > limit.hard {
        let message = format!("{what} has {length} lines, the limit is {}: {advice}", limit.hard);
        return Some(Finding::fault(RULE, file.path, line, message));
    }
    let message = || format!("{what} has {length} lines, {} are normal at most: {advice}", limit.soft);
    (length > limit.soft).then(|| Finding::note(RULE, file.path, line, message()))
}

struct Measure {
    /// Name, line and length.
    functions: Vec<(String, usize, usize)>,
    test_lines: usize,
}

impl Measure {
    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let (first, last) = (signature.span().start().line, body.span().end().line);
        self.functions.push((signature.ident.to_string(), first, last + 1 - first));
    }
}

impl<'ast> Visit<'ast> for Measure {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let before = self.test_lines;
        visit::visit_item_mod(self, item);
        if is_test_only(&item.attrs) {
            let span = item.span();
            self.test_lines = before + span.end().line + 1 - span.start().line;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    fn function_of(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
    }

    fn found(text: &str) -> Vec<Finding> {
        faults(&tree_of(&[("src/model/size.rs", text)]), check)
    }

    #[test]
    fn a_function_of_eighty_lines_is_the_longest() {
        assert_eq!(found(&function_of(80)), []);
        let [finding] = &found(&format!("//! Doc.\n/// Doc.\n{}", function_of(81)))[..] else {
            panic!("one finding")
        };
        assert_eq!((finding.line, finding.message.contains("fn long has 81 lines")), (3, true));
    }

    #[test]
    fn methods_and_defaults_of_traits_are_functions() {
        assert_eq!(found(&format!("impl S {{ {} }}", function_of(81))).len(), 1);
        assert_eq!(found(&format!("trait T {{ {} }}", function_of(81))).len(), 1);
    }

    #[test]
    fn a_file_of_five_hundred_lines_is_the_longest_and_tests_do_not_count() {
        let lines = "const A: u8 = 1;\n";
        assert_eq!(found(&lines.repeat(500)), []);
        assert_eq!(found(&lines.repeat(501)).len(), 1);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines.repeat(200));
        assert_eq!(found(&format!("{}{tests}", lines.repeat(500))), []);
    }

    #[test]
    fn the_soft_limits_are_notes() {
        let mut findings = Vec::new();
        check(&tree_of(&[("src/model/size.rs", &function_of(41))]), &mut findings);
        assert_eq!(findings.len(), 1);
    }
}
