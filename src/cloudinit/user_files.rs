//! The parts that bring what the user adds, and the script that places it on the machine.
//!
//! That script is a part of the user data, or the object that the machine fetches. What the files hold is never a part of
//! a program of ours: it is written, quoted, to files, and these are run.

use serde_yaml::Mapping;

use super::mime::{Part, PartKind};
use super::user::{self, Job, JobKind, UserPart};
use super::{Boot, Delivery, RenderError, parts, script};

const PLACE: &str = include_str!("../../templates/boot/user-place.sh");
const FETCH_OBJECT: &str = include_str!("../../templates/boot/user-fetch.sh");
const START: &str = include_str!("../../templates/boot/user-start.sh");
const RUN: &str = include_str!("../../templates/boot/user-run.sh");
const SERVICE: &str = include_str!("../../templates/systemd/cloudkit-user.service");

/// A file that the machine gets.
struct Placed<'b> {
    path: String,
    mode: &'static str,
    content: std::borrow::Cow<'b, str>,
}

/// What comes before the launch's own cloud-config: the user's parts, or the boothook that fetches them.
pub(super) fn early_parts(boot: &Boot) -> Result<Vec<Part>, RenderError> {
    if boot.delivery == Delivery::Everything {
        return Ok(vec![fetch(boot, PartKind::Boothook, "cloudkit-user.sh")?]);
    }
    let part =
        |(index, part): (usize, &UserPart)| Part::new(part.kind, file_name(index, part), part.body.clone());
    Ok(boot.user.parts.iter().enumerate().map(part).collect())
}

/// What comes after everything else; scripts run in the order of their names, and these after cloud-init's `runcmd`.
pub(super) fn late_parts(boot: &Boot) -> Result<Vec<Part>, RenderError> {
    if boot.user.jobs.is_empty() && boot.user.environment.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    if matches!(boot.delivery, Delivery::UserData | Delivery::Environment) && !boot.user.jobs.is_empty() {
        let body = place(&jobs(&boot.user.jobs), "")?;
        parts.push(Part::new(PartKind::Script, "zx-cloudkit-user.sh", body));
    }
    if matches!(boot.delivery, Delivery::Environment | Delivery::Jobs) {
        parts.push(fetch(boot, PartKind::Script, "zy-cloudkit-user.sh")?);
    }
    let variables = [
        ("CLOUDKIT_USER_SHA256", boot.object.as_ref().map_or("", |object| object.sha256.as_str())),
        ("CLOUDKIT_USER_RUN", RUN),
        ("CLOUDKIT_USER_SERVICE", SERVICE),
    ];
    let body = script::with_variables(&variables, &[START])?;
    parts.push(Part::new(PartKind::Script, "zz-cloudkit-user.sh", body));
    Ok(parts)
}

/// The script that places what is fetched.
pub(super) fn object(boot: &Boot) -> Result<String, RenderError> {
    let mut files = Vec::new();
    if !boot.user.environment.is_empty() {
        let content = boot.user.environment.as_shell();
        let content = content.map_err(|source| RenderError::Quote { variable: "the environment", source })?;
        files.push(Placed {
            path: "etc/cloudkit/environment".to_owned(),
            mode: "600",
            content: content.into(),
        });
    }
    if boot.delivery != Delivery::Environment {
        files.extend(jobs(&boot.user.jobs));
    }
    if boot.delivery == Delivery::Everything {
        files.extend(fetched_parts(boot)?);
    }
    place(&files, &boot.user.salt)
}

fn fetch(boot: &Boot, kind: PartKind, file_name: &'static str) -> Result<Part, RenderError> {
    let unfit = RenderError::Unfit { what: "the user's object", expected: "known" };
    let object = boot.object.as_ref().ok_or(unfit)?;
    let source = parts::source("the URL of the user's object", &object.source)?;
    let variables = [
        ("CLOUDKIT_USER_SOURCE", source.as_str()),
        ("CLOUDKIT_USER_SHA256", parts::sha256("the SHA-256 of the user's object", &object.sha256)?),
    ];
    Ok(Part::new(kind, file_name, script::with_variables(&variables, &[parts::FETCH, FETCH_OBJECT])?))
}

/// The script that places some files.
fn place(files: &[Placed<'_>], salt: &str) -> Result<String, RenderError> {
    let mut text = PLACE.to_owned();
    if !salt.is_empty() {
        text.push_str(&format!("# {salt}\n"));
    }
    for Placed { path, mode, content } in files {
        let quoted = |text| {
            shlex::try_quote(text)
                .map_err(|source| RenderError::Quote { variable: "a file of the user's", source })
        };
        text.push_str(&format!("place {} {mode} {}\n", quoted(path)?, quoted(content)?));
    }
    Ok(text)
}

/// Named so that they run in the order in which they are given here.
fn jobs(jobs: &[Job]) -> Vec<Placed<'_>> {
    let mut files = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let name = match job.kind {
            JobKind::Script => format!("{:03}-script-{}", index + 1, job.name),
            JobKind::Command => format!("{:03}-command", index + 1),
        };
        let path = format!("var/lib/cloudkit/user/jobs/{name}");
        files.push(Placed { path, mode: "700", content: job.body.as_str().into() });
    }
    files
}

/// The name of a part's file: user parts run between the agent's installation and what starts scripts and commands.
fn file_name(index: usize, part: &UserPart) -> String {
    let end = match part.kind {
        PartKind::CloudConfig => "yaml",
        PartKind::Jinja => "jinja",
        _ => "sh",
    };
    format!("user-{:03}.{end}", index + 1)
}

/// The user's parts as the files that cloud-init would have made of them.
fn fetched_parts(boot: &Boot) -> Result<Vec<Placed<'_>>, RenderError> {
    let mut files = Vec::new();
    let mut configuration = Mapping::new();
    for (index, part) in boot.user.parts.iter().enumerate() {
        let folder = match part.kind {
            PartKind::CloudConfig => {
                merge(&mut configuration, part)?;
                continue;
            }
            PartKind::Jinja => {
                let reason = "a template is filled in only where it lies in the user data";
                return Err(RenderError::NotFetchable { origin: part.origin.clone(), reason });
            }
            PartKind::Boothook => "var/lib/cloudkit/user/boothooks",
            PartKind::Script => "var/lib/cloud/instance/scripts",
            PartKind::ScriptPerBoot => "var/lib/cloud/scripts/per-boot",
            PartKind::ScriptPerInstance => "var/lib/cloud/scripts/per-instance",
            PartKind::ScriptOnce => "var/lib/cloud/scripts/per-once",
        };
        let body = part.body.trim_start();
        let body = body.strip_prefix("#cloud-boothook").map_or(part.body.as_str(), str::trim_start);
        files.push(Placed {
            path: format!("{folder}/{}", file_name(index, part)),
            mode: "700",
            content: body.into(),
        });
    }
    if !configuration.is_empty() {
        let yaml = serde_yaml::to_string(&configuration)
            .map_err(|source| RenderError::Yaml { what: "the user's cloud-config", source })?;
        // Read after the image's own files, and before what is in the user data.
        let path = "etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg".to_owned();
        files.push(Placed { path, mode: "600", content: yaml.into() });
    }
    Ok(files)
}

/// By cloud-init's default rule: a later part's key takes the place of an earlier one's.
fn merge(configuration: &mut Mapping, part: &UserPart) -> Result<(), RenderError> {
    for (key, value) in user::cloud_config::keys(&part.body) {
        if matches!(key.as_str(), Some("merge_how" | "merge_type" | "launch-index")) {
            let reason = "merge_how and launch-index count only in the user data";
            return Err(RenderError::NotFetchable { origin: part.origin.clone(), reason });
        }
        // The launch's own cloud-config says the keys again.
        if key.as_str() != Some("ssh_authorized_keys") {
            configuration.insert(key, value);
        }
    }
    Ok(())
}
