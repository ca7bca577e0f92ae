//! Older spellings of `deployment.yaml`, turned into the ones of today with a note that says what to write.
//!
//! Values are not judged here.

use super::yaml::{Key, Mark, Node, ReadFault, Value};

const RULE: &str = "older-spelling";

/// The keys that stand below `deployment:`, by which a file that has none of that is known.
const BELOW: [&str; 14] = [
    "packages",
    "uploads",
    "tarball_url",
    "tarball_source",
    "scripts",
    "services",
    "compose",
    "secrets",
    "env",
    "health",
    "hooks",
    "on_failure",
    "template",
    "cloud_init",
];

/// The same file as it is written today.
pub(super) fn of_deployment(mut node: Node, faults: &mut Vec<ReadFault>) -> Node {
    gather(&mut node, faults);
    let Some(entries) = node.entries_mut() else { return node };
    if let Some((_, deployment)) = entries.iter_mut().find(|(key, _)| key.text == "deployment") {
        of_keys(deployment, faults);
    }
    node
}

/// Puts keys that stand at the top below `deployment:`.
fn gather(node: &mut Node, faults: &mut Vec<ReadFault>) {
    let first = |name: &str| BELOW.contains(&name);
    if node.get("deployment").is_some() {
        return;
    }
    let Some(mark) = node.entries().iter().find(|(key, _)| first(&key.text)).map(|(key, _)| key.mark) else {
        return;
    };
    let Some(entries) = node.entries_mut() else { return };
    let (below, top): (Vec<(Key, Node)>, Vec<_>) =
        std::mem::take(entries).into_iter().partition(|(key, _)| first(&key.text));
    *entries = top;
    node.put(mark, "deployment", Node { mark, value: Value::Mapping(below) });
    let message = "keys at the top are taken for those of the deployment";
    faults
        .push(ReadFault::note(mark, RULE, message).hint("write a line deployment: and indent them below it"));
}

fn of_keys(deployment: &mut Node, faults: &mut Vec<ReadFault>) {
    let entries = deployment.entries_mut().map(Vec::as_mut_slice).unwrap_or_default();
    for (key, list) in entries {
        for element in list.elements_mut() {
            match key.text.as_str() {
                "uploads" => {
                    rename(element, "destination", "dest", faults);
                    mode(element, faults);
                }
                "services" => rename(element, "path", "file", faults),
                _ => {}
            }
        }
    }
    tarball_source(deployment, faults);
    cloud_init(deployment, faults);
}

/// Gives a key its name of today, unless that is there too.
fn rename(node: &mut Node, older: &str, name: &str, faults: &mut Vec<ReadFault>) {
    if node.get(name).is_some() {
        return;
    }
    let entries = node.entries_mut().map(Vec::as_mut_slice).unwrap_or_default();
    if let Some((key, _)) = entries.iter_mut().find(|(key, _)| key.text == older) {
        name.clone_into(&mut key.text);
        let message = format!("{older} is the older name of {name}");
        faults.push(ReadFault::note(key.mark, RULE, message).hint(format!("write {name}")));
    }
}

/// A mode without quotes, which readers of YAML take for some number or other: it is read digit by digit, as `chmod` would.
fn mode(upload: &mut Node, faults: &mut Vec<ReadFault>) {
    let entries = upload.entries_mut().map(Vec::as_mut_slice).unwrap_or_default();
    let Some((_, node)) = entries.iter_mut().find(|(key, _)| key.text == "permissions") else { return };
    let Value::Text { text, plain: true } = &mut node.value else { return };
    let digits = text.strip_prefix("0o").unwrap_or(text).to_owned();
    let Ok(bits) = digits.parse::<super::paths::Mode>() else { return };
    let message = format!("{text} without quotes is a number to YAML; it is read as the mode {bits}");
    let is_said = faults.iter().any(|fault| fault.rule == "plain-mode");
    *text = digits;
    if !is_said {
        faults.push(ReadFault::note(node.mark, "plain-mode", message).hint(format!("write \"{bits}\"")));
    }
}

/// A folder that was made into an archive: a folder that is uploaded.
fn tarball_source(deployment: &mut Node, faults: &mut Vec<ReadFault>) {
    let Some((key, source)) = deployment.take("tarball_source") else { return };
    let folder = source.text().unwrap_or("FOLDER").to_owned();
    let mut upload = Node { mark: source.mark, value: Value::Mapping(Vec::new()) };
    upload.put(key.mark, "source", source);
    deployment.append(key.mark, "uploads", vec![upload]);
    let message = "tarball_source is the older way to upload a folder";
    faults.push(
        ReadFault::note(key.mark, RULE, message).hint(format!("write uploads: [{{source: {folder}}}]")),
    );
}

/// What of cloud-init could be written here: packages and commands.
fn cloud_init(deployment: &mut Node, faults: &mut Vec<ReadFault>) {
    let Some((key, mut block)) = deployment.take("cloud_init") else { return };
    let message = "cloud_init is the older place of packages and commands";
    let note = ReadFault::note(key.mark, RULE, message);
    faults.push(note.hint("write packages: and scripts: [{command: LINE}]; the rest goes into a template"));
    if let Some((key, packages)) = block.take("packages") {
        match packages.value {
            Value::List(packages) => deployment.append(key.mark, "packages", packages),
            _ => faults.push(no_list(packages.mark)),
        }
    }
    if let Some((key, commands)) = block.take("runcmd") {
        match commands.value {
            Value::List(commands) => {
                deployment.append(key.mark, "scripts", commands.into_iter().map(as_script).collect());
            }
            _ => faults.push(no_list(commands.mark)),
        }
    }
    for (key, _) in block.entries() {
        let fault = ReadFault::at(key.mark, "unknown-key", format!("no key is called {:?} here", key.text));
        faults.push(fault.hint("write it into a file of cloud-config, and name that: template: ./FILE"));
    }
}

fn as_script(command: Node) -> Node {
    let mark = command.mark;
    let mut script = Node { mark, value: Value::Mapping(Vec::new()) };
    script.put(mark, "command", command);
    script
}

fn no_list(mark: Mark) -> ReadFault {
    ReadFault::at(mark, "wrong-type", "this has to be a list")
}
