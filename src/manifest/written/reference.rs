//! Every key of both files and what it means, for people, out of the schema that the types make.
//!
//! How keys go together, and examples, are written by hand in `docs/deployment.md`.

use std::fmt::Write as _;

use serde_json::Value;

use super::schema;

/// Every key with its meaning, as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    for Part { title, about, keys } in parts() {
        // Writing to a string does not fail.
        let _ = write!(text, "### {title}\n\n{about}\n\n| key | | default |\n|---|---|---|\n");
        for Key { name, meaning, default } in keys {
            let _ = writeln!(
                text,
                "| `{name}` | {} | {} |",
                meaning.replace('|', "\\|"),
                default.replace('|', "\\|")
            );
        }
        text.push('\n');
    }
    text
}

/// Every key with its meaning, for a terminal.
#[must_use]
pub fn text() -> String {
    let mut text = String::new();
    for Part { title, about, keys } in parts() {
        let _ = writeln!(text, "{}\n  {about}\n", title.replace('`', ""));
        for Key { name, meaning, default } in keys {
            let default = match default.as_str() {
                "-" => String::new(),
                "required" => " (required)".to_owned(),
                default => format!(" [default: {default}]"),
            };
            let _ = writeln!(text, "{name}:");
            for line in lines(&format!("{meaning}{default}")) {
                let _ = writeln!(text, "    {line}");
            }
        }
        text.push('\n');
    }
    text
}

/// The keys of a mapping.
struct Part {
    title: String,
    about: String,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    meaning: String,
    default: String,
}

fn parts() -> Vec<Part> {
    let mut parts = Vec::new();
    for (file, schema) in [("deployment.yaml", schema::of_deployment()), ("config.yaml", schema::of_config())]
    {
        parts.push(part(format!("`{file}`"), &schema));
        // A mapping behind a key that is required stands in its place, and not among the definitions.
        let mappings = ["properties", "$defs"].map(|key| schema[key].as_object().into_iter().flatten());
        let below = mappings.into_iter().flatten().filter(|(_, schema)| schema["properties"].is_object());
        parts.extend(below.map(|(name, schema)| part(format!("`{file}`: {name}"), schema)));
    }
    parts
}

fn part(title: String, schema: &Value) -> Part {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let keys = properties.map(|(name, key)| {
        let (meaning, default) = split_default(&one_line(key["description"].as_str().unwrap_or_default()));
        let default = if required.contains(&name.as_str()) { "required".to_owned() } else { default };
        Key { name: name.clone(), meaning, default }
    });
    let about = one_line(schema["description"].as_str().unwrap_or_default());
    Part { title, about, keys: keys.collect() }
}

/// A text in lines that fit a page.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 95 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A meaning without the default at its end, and the default.
fn split_default(meaning: &str) -> (String, String) {
    match meaning.split_once(" [default: ") {
        Some((meaning, rest)) => (meaning.to_owned(), rest.trim_end_matches(']').to_owned()),
        None => (meaning.to_owned(), "-".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_has_a_meaning() {
        let keys: Vec<Key> = parts().into_iter().flat_map(|part| part.keys).collect();
        assert!(keys.len() > 60, "{}", keys.len());
        for Key { name, meaning, .. } in keys {
            assert!(meaning.len() > 5, "{name}");
        }
    }

    #[test]
    fn every_key_of_the_schemas_is_there() {
        fn collect(schema: &Value, keys: &mut BTreeSet<String>) {
            keys.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
            match schema {
                Value::Object(below) => below.values().for_each(|below| collect(below, keys)),
                Value::Array(below) => below.iter().for_each(|below| collect(below, keys)),
                _ => {}
            }
        }
        let mut all = BTreeSet::new();
        collect(&schema::of_deployment(), &mut all);
        collect(&schema::of_config(), &mut all);
        let told: BTreeSet<String> =
            parts().into_iter().flat_map(|part| part.keys).map(|key| key.name).collect();
        assert_eq!(told, all);
    }

    #[test]
    fn the_documents_list_is_this_one() {
        const BEGIN: &str = "<!-- generated: keys -->\n\n";
        const END: &str = "<!-- end: keys -->\n";
        let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let document = std::fs::read_to_string(project.join("docs/deployment.md")).unwrap();
        let (before, rest) = document.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let fresh = [before, BEGIN, &markdown(), END, after].concat();
        if document != fresh {
            std::fs::write(project.join("target/deployment.md"), fresh).unwrap();
            panic!("the list of keys is stale: cp target/deployment.md docs/deployment.md");
        }
    }
}
