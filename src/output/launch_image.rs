//! What a machine starts from, as a person reads it: the image and why, its volumes, what there is to know of them.
//!
//! The fields of the other formats are the plan's own.

use crate::provision::plan::{Candidate, Plan, PlannedImage, PlannedVolume, VolumeRole};

/// The lines of a plan that tell of the image and the volumes of its first candidate, each with its label.
pub(super) fn start_text(first: &Candidate) -> Vec<(&'static str, String)> {
    let image = &first.image;
    let name = image.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let mut lines = vec![("image", why(image)), ("", format!("{}{name}", image.id))];
    let told = first.volumes.iter().filter(|volume| volume.role != VolumeRole::Root);
    lines.extend(told.map(|volume| ("volume", volume_text(volume))));
    lines
}

fn why(image: &PlannedImage) -> String {
    let what = image.what.as_deref().unwrap_or("an image that cloudkit does not know");
    format!("{what}, {}", image.because)
}

fn volume_text(volume: &PlannedVolume) -> String {
    let size = volume.volume().map_or_else(|| "of the image's size".to_owned(), |size| size.to_string());
    let device = &volume.device;
    match volume.role {
        VolumeRole::Root | VolumeRole::LargerRoot => format!("{size} at {device}, the root volume"),
        VolumeRole::OfImage => format!("{size} at {device}, which the image brings"),
        VolumeRole::Data => format!("{size} at {device}"),
    }
}

/// What a candidate starts from, where that is another image than the first one's.
pub(super) fn other_image(plan: &Plan, candidate: &Candidate) -> String {
    let first = plan.candidates.first().and_then(|first| first.image.what.as_ref());
    match &candidate.image.what {
        Some(what) if Some(what) != first => format!(", from {what}"),
        _ => String::new(),
    }
}

/// What there is to know of the images and volumes of all candidates, each thing once.
pub(super) fn notes(plan: &Plan) -> Vec<&str> {
    let mut told: Vec<&str> = Vec::new();
    for note in plan.candidates.iter().flat_map(|candidate| &candidate.image.notes) {
        if !told.contains(&note.as_str()) {
            told.push(note);
        }
    }
    told
}
