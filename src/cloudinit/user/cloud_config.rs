//! What a cloud-config of somebody's own may not say on a machine that has to end and to be reached.
//!
//! Whether it is a sound cloud-config otherwise is cloud-init's to judge. Our own cloud-config is the last of all, and by
//! cloud-init's default rule the last one's keys take the place of earlier ones: so `ssh_authorized_keys` of everybody
//! are collected here to be said again by ours.
//! <https://docs.cloud-init.io/en/latest/reference/merging.html>

use serde_yaml::Value;

use super::{UserDataError, UserPart};
use crate::cloudinit::mime::PartKind;

struct Rule {
    key: &'static str,
    reason: &'static str,
    hint: &'static str,
}

const MODULES: &str = "it would replace what cloud-init does at the start, and with it what sets the key and installs the agent";
const LEAVE_MODULES: &str = "leave it out: the image's own lists stay as they are";
const OTHER_LOGIN: &str =
    "it would make somebody else the login user, and the key would not let you in where the plan says";
const ADD_USERS: &str = "add users beside the image's own: users: [default, {name: ada}]";
const NO_METADATA: &str =
    "it would take away the metadata service, by which the machine learns of a moved deadline";

/// Keys that are refused whatever their value.
const REFUSED: [Rule; 12] = [
    Rule { key: "cloud_init_modules", reason: MODULES, hint: LEAVE_MODULES },
    Rule { key: "cloud_config_modules", reason: MODULES, hint: LEAVE_MODULES },
    Rule { key: "cloud_final_modules", reason: MODULES, hint: LEAVE_MODULES },
    Rule {
        key: "power_state",
        reason: "the machine ends at its deadline; a halt would leave it running and charged, without its timer",
        hint: "say when it ends with --ttl; end it early with a last --command 'sudo poweroff'",
    },
    Rule { key: "user", reason: OTHER_LOGIN, hint: ADD_USERS },
    Rule { key: "system_info", reason: OTHER_LOGIN, hint: ADD_USERS },
    Rule { key: "datasource", reason: NO_METADATA, hint: "leave it out" },
    Rule { key: "datasource_list", reason: NO_METADATA, hint: "leave it out" },
    Rule { key: "disable_ec2_metadata", reason: NO_METADATA, hint: "leave it out" },
    Rule {
        key: "allow_userdata",
        reason: "the machine's own parts are user data as well",
        hint: "leave it out",
    },
    Rule {
        key: "allow_public_ssh_keys",
        reason: "the key that is to let you in is one of these",
        hint: "leave it out",
    },
    Rule { key: "<<", reason: "what it brings in cannot be checked", hint: "write the keys out" },
];

/// Files by which the machine ends; `write_files` would change them at a later moment than they are set.
const OURS: [&str; 6] = [
    "/etc/cloudkit/",
    "/var/lib/cloudkit/",
    "/usr/local/lib/cloudkit/",
    "/usr/local/bin/cloudkit",
    "/etc/systemd/system/cloudkit-",
    "/etc/cloud/",
];

/// Whether a cloud-config may be part of a machine's start.
pub(super) fn check(origin: &str, body: &str) -> Result<(), UserDataError> {
    let document = parsed(origin, body)?;
    let Value::Mapping(keys) = &document else {
        let reason = "it is not a mapping of keys to values".to_owned();
        let hint = "write key: value lines after #cloud-config".to_owned();
        return Err(UserDataError::Part { origin: origin.to_owned(), reason, hint });
    };
    let refuse = |key: &str, reason, hint| {
        let line = line_of(body, key);
        Err(UserDataError::Key { origin: origin.to_owned(), line, key: key.to_owned(), reason, hint })
    };
    for rule in &REFUSED {
        if keys.contains_key(rule.key) {
            return refuse(rule.key, rule.reason, rule.hint);
        }
    }
    if keys.get("users").is_some_and(|users| !names_default(users)) {
        return refuse(
            "users",
            "without the entry default the image's login user is not made, and the key reaches nobody",
            "begin the list with it: users: [default, {name: ada}]",
        );
    }
    if keys.get("ssh_authorized_keys").is_some_and(|listed| as_lines(listed).is_none()) {
        return refuse(
            "ssh_authorized_keys",
            "it is not a list of keys",
            "write: ssh_authorized_keys: [\"ssh-ed25519 …\"]",
        );
    }
    if keys.get("write_files").is_some_and(writes_ours) {
        return refuse(
            "write_files",
            "one of the files is cloudkit's own, cloud-init's, or a list of authorized keys",
            "add keys with ssh_authorized_keys; leave the other files to cloudkit",
        );
    }
    Ok(())
}

/// The same of a template, whose values are known to the machine alone: by the lines that are keys.
pub(super) fn check_template(origin: &str, body: &str) -> Result<(), UserDataError> {
    let further = [
        Rule {
            key: "users",
            reason: "whether a template's users are all that there is cannot be checked",
            hint: "put users into a cloud-config that is no template",
        },
        Rule {
            key: "ssh_authorized_keys",
            reason: "a template's keys would be replaced by the launch's own",
            hint: "put keys into a cloud-config that is no template",
        },
    ];
    for rule in REFUSED.iter().chain(&further) {
        if let Some(line) = line_of(body, rule.key) {
            let Rule { key, reason, hint } = *rule;
            // The line that makes it a template is above.
            let line = Some(line + 1);
            return Err(UserDataError::Key {
                origin: origin.to_owned(),
                line,
                key: key.to_owned(),
                reason,
                hint,
            });
        }
    }
    Ok(())
}

/// The keys that a sound cloud-config lets in.
pub(in crate::cloudinit) fn authorized_keys(body: &str) -> Vec<String> {
    let document: Result<Value, _> = serde_yaml::from_str(body);
    document
        .ok()
        .and_then(|document| document.get("ssh_authorized_keys").and_then(as_lines))
        .unwrap_or_default()
}

/// The keys of earlier parts whose place a later one takes: the key, the earlier part and the later one.
#[must_use]
pub fn replaced(parts: &[UserPart]) -> Vec<(String, &str, &str)> {
    let configs: Vec<_> = parts
        .iter()
        .filter(|part| part.kind == PartKind::CloudConfig)
        .map(|part| (part.origin.as_str(), keys(&part.body)))
        .collect();
    let mut found = Vec::new();
    for (at, (later, keys)) in configs.iter().enumerate() {
        if keys.contains_key("merge_how") || keys.contains_key("merge_type") {
            continue;
        }
        for key in keys.keys().filter_map(Value::as_str).filter(|key| *key != "ssh_authorized_keys") {
            let earlier = configs.iter().take(at).rev().find(|(_, earlier)| earlier.contains_key(key));
            found.extend(earlier.map(|(earlier, _)| (key.to_owned(), *earlier, *later)));
        }
    }
    found
}

/// A cloud-config's keys and values.
pub(in crate::cloudinit) fn keys(body: &str) -> serde_yaml::Mapping {
    match serde_yaml::from_str(body) {
        Ok(Value::Mapping(keys)) => keys,
        _ => serde_yaml::Mapping::new(),
    }
}

fn parsed(origin: &str, body: &str) -> Result<Value, UserDataError> {
    serde_yaml::from_str(body).map_err(|source| UserDataError::Yaml { origin: origin.to_owned(), source })
}

/// The first line that has this as its key; none where the document is written in another way than key by key.
fn line_of(body: &str, key: &str) -> Option<usize> {
    let has_it = |line: &str| {
        let unquoted = line.trim_start_matches(['{', ' ', '"', '\'']);
        (line.starts_with(['{', '"', '\'']) || line == unquoted)
            && unquoted
                .strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
    };
    body.lines().position(has_it).map(|index| index + 1)
}

/// Whether the image's own user is among those that are made.
fn names_default(users: &Value) -> bool {
    match users {
        Value::String(names) => names.split(',').any(|name| name.trim() == "default"),
        Value::Mapping(users) => users.get("default").is_some_and(|wanted| *wanted != Value::Bool(false)),
        Value::Sequence(users) => users.iter().any(|user| match user {
            Value::Mapping(user) => user.get("name").and_then(Value::as_str) == Some("default"),
            user => names_default(user),
        }),
        _ => false,
    }
}

fn as_lines(listed: &Value) -> Option<Vec<String>> {
    let key = |key: &Value| {
        let key = key.as_str()?;
        (!key.trim().is_empty() && !key.trim().contains(char::is_control)).then(|| key.trim().to_owned())
    };
    listed.as_sequence()?.iter().map(key).collect()
}

fn writes_ours(files: &Value) -> bool {
    let is_ours = |file: &Value| {
        let path = file.get("path").and_then(Value::as_str).unwrap_or_default();
        let appends = file.get("append").and_then(Value::as_bool).unwrap_or(false);
        OURS.iter().any(|ours| path.starts_with(ours))
            || (path.ends_with("/.ssh/authorized_keys") && !appends)
    };
    files.as_sequence().is_some_and(|files| files.iter().any(is_ours))
}
