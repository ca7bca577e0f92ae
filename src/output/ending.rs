//! How the end of a machine looks to a person: its deadline, its other limits, its role.
//!
//! A line for each, to stand in a plan.

use crate::model::{EndAction, Span, tag};
use crate::provision::plan::Plan;
use crate::provision::plan::ending::{PlannedEnding, PlannedRole};

/// Lines of a plan: a label, or none where the line goes on with what the one before is about, and the content.
pub(super) fn lines(plan: &Plan) -> Vec<(&'static str, String)> {
    let ending = &plan.ending;
    let mut limits = Vec::new();
    // Of several machines each counts its own.
    let or = if plan.several.is_some() { "or each of them" } else { "or" };
    match plan.deadline {
        Some(deadline) if !ending.metadata_tags.are_served() => {
            limits.push(format!("{deadline}{}, by the machine itself", kept(ending.on_deadline)));
        }
        Some(deadline) => limits.push(format!(
            "{deadline}{}, by the machine itself (tag {})",
            kept(ending.on_deadline),
            tag::DEADLINE
        )),
        None => limits.push("when somebody ends it".to_owned()),
    }
    limits.extend(ending.idle_timeout_seconds.map(|seconds| {
        format!("or after {} without work{}", Span::from_seconds(seconds), kept(ending.on_idle))
    }));
    limits.extend(
        ending
            .cost_limit_usd
            .map(|limit| format!("{or} when it has cost {limit} USD{}", kept(ending.on_deadline))),
    );
    if ending.on_complete != EndAction::default() {
        limits.push(format!("or when its work is complete{}", kept(ending.on_complete)));
    }
    if !ending.metadata_tags.are_served() {
        limits.push(
            "its metadata service does not serve its tags, so that the deadline can't be moved".to_owned(),
        );
    }
    let labels = std::iter::once("ends").chain(std::iter::repeat(""));
    let mut lines: Vec<_> = labels.zip(limits).collect();
    lines.extend(memory(plan));
    lines.extend(ending.role.as_ref().map(|role| ("role", role_text(role))));
    lines.extend(lacking(ending).map(|text| ("warning", text)));
    lines
}

/// What is done then, where the machine does not simply end.
fn kept(action: EndAction) -> String {
    if action == EndAction::default() { String::new() } else { format!(": {}", action.past_tense()) }
}

/// What hibernating takes of the root volume.
fn memory(plan: &Plan) -> Option<(&'static str, String)> {
    let first = plan.candidates.first().filter(|_| plan.ending.can_hibernate())?;
    let (memory, root) = (first.memory_mib?, first.image.root_gib?);
    Some(("memory", format!("{memory}, kept on the root volume of {root} GiB where it is hibernated")))
}

fn role_text(role: &PlannedRole) -> String {
    match role {
        PlannedRole::Given { name, .. } => format!("that of instance profile {name}, as it is"),
        PlannedRole::Made { name, ends_itself, session_manager, secrets } => {
            let ends =
                ends_itself.then_some("stops, hibernates, terminates and tags itself and no other machine");
            let sessions = session_manager.then_some("lets Session Manager in");
            let secrets = secrets.as_ref().map(|path| format!("reads the secrets below {path}"));
            let allows: Vec<&str> = ends.into_iter().chain(sessions).chain(secrets.as_deref()).collect();
            format!("{name}: {}", allows.join("; "))
        }
    }
}

/// What a profile of somebody's own does not allow, or may not allow.
fn lacking(ending: &PlannedEnding) -> impl Iterator<Item = String> {
    let (lacks, unknown) = match &ending.role {
        Some(PlannedRole::Given { name, lacks, unknown, because }) => {
            let lacks = (!lacks.is_empty())
                .then(|| format!("the role of {name} does not allow {}", lacks.join(", ")));
            let because = because.as_deref().unwrap_or("it cannot be told");
            let unknown = (!unknown.is_empty()).then(|| {
                format!("whether the role of {name} allows {} is not known: {because}", unknown.join(", "))
            });
            (lacks, unknown)
        }
        _ => (None, None),
    };
    lacks.into_iter().chain(unknown)
}
