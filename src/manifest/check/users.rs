//! Rules for the users that are named: somebody has to make them before they are needed.
//!
//! Packages make users of their own names; scripts run after uploads were given to their owners.

use super::gathered::Gathered;
use super::{Thing, images};
use crate::manifest::Fault;

/// When a user is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    BeforeScripts,
    AfterScripts,
}

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let deployment = gathered.subject.deployment;
    let mut faults = Vec::new();
    for (index, upload) in deployment.uploads.iter().enumerate() {
        let owner =
            upload.owner.as_ref().filter(|owner| !is_made(gathered, &owner.user, Needed::BeforeScripts));
        faults.extend(owner.map(|owner| {
            let user = &owner.user;
            let fault = Fault::warning("unknown-user", format!("{} is to be {user}'s, whom nobody makes before", upload.source.as_str()))
                .hint(format!("add the user to a template's users:, or give the files to it in a script: chown -R {user} {}", upload.destination.as_str()));
            gathered.at(&Thing::Upload(index), fault)
        }));
    }
    for (index, script) in deployment.scripts.iter().enumerate() {
        if !is_made(gathered, &script.user, Needed::AfterScripts) {
            let fault = Fault::warning(
                "unknown-user",
                format!("{} is run as {}, whom nobody makes", script.name, script.user),
            )
            .hint(format!("make the user in an earlier script: useradd --system {}", script.user));
            faults.push(gathered.at(&Thing::Script(index), fault));
        }
    }
    for unit in &gathered.units {
        let settings = unit.settings();
        let Some(at) = settings.last("Service", "User") else { continue };
        let user = at.1.value.as_str();
        let is_dynamic = settings.is_yes("Service", "DynamicUser");
        let is_number = user.bytes().all(|byte| byte.is_ascii_digit());
        if is_dynamic || is_number || user.contains('%') || is_made(gathered, user, Needed::AfterScripts) {
            continue;
        }
        let fault = Fault::warning(
            "unknown-user",
            format!("{} is run as {user}, whom nobody makes", unit.service.name),
        )
        .hint(format!("make the user in a script (useradd --system {user}), or write DynamicUser=yes"));
        faults.push(unit.place(at).map_or_else(|| fault.clone(), |place| fault.clone().at(place)));
    }
    faults
}

fn is_made(gathered: &Gathered<'_>, user: &str, needed: Needed) -> bool {
    let placement = gathered.subject.placement;
    images::have_user(user)
        || images::LOGIN_USERS.contains(&user)
        || placement.and_then(|placement| placement.login_user.as_deref()) == Some(user)
        || images::packages_bring(&gathered.subject.deployment.packages, user)
        || user == "www-data" && brings_web_server(gathered)
        || template_makes(gathered, user)
        || needed == Needed::AfterScripts && gathered.mentions(user)
}

/// Debian's base system has it; what brings a web server elsewhere does not.
fn brings_web_server(gathered: &Gathered<'_>) -> bool {
    let packages = &gathered.subject.deployment.packages;
    ["nginx", "apache2", "caddy", "php"].iter().any(|server| images::packages_bring(packages, server))
}

fn template_makes(gathered: &Gathered<'_>, user: &str) -> bool {
    let users = gathered.subject.cloud_config.and_then(|config| config.get("users"));
    let is_it = |made: &serde_yaml::Value| {
        made.as_str() == Some(user) || made.get("name").and_then(serde_yaml::Value::as_str) == Some(user)
    };
    users.and_then(serde_yaml::Value::as_sequence).is_some_and(|users| users.iter().any(is_it))
}
