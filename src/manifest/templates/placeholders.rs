//! The older tool's placeholders, which it put text in the place of: packages, scripts, services, folders, keys.
//!
//! All of that is done by the machine itself now, so they stand for nothing. Other variables of shells stay.

const NAMES: [&str; 5] = ["PACKAGES", "SCRIPTS", "SERVICES", "UPLOAD_DIRS", "SSH_KEY_SECTION"];

/// The text without placeholders, in as many lines, and each that there was with its line.
pub(super) fn removed(text: &str) -> (String, Vec<(usize, &'static str)>) {
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut rest = line.to_owned();
        for name in NAMES {
            for written in [format!("{{{{{name}}}}}"), format!("{{{{ {name} }}}}"), format!("${{{name}}}")] {
                if rest.contains(&written) {
                    rest = rest.replace(&written, "");
                    found.push((index + 1, name));
                }
            }
        }
        // An entry of a list that was nothing but a placeholder is none.
        let is_bare = rest.len() < line.len() && matches!(rest.trim(), "" | "-");
        lines.push(if is_bare { String::new() } else { rest });
    }
    (lines.join("\n") + "\n", found)
}
