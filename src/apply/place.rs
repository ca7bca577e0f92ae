//! Files put where they go: only those that differ, each whole or not at all, and taken away again when nobody wants them.
//!
//! What was there before of somebody else's is never taken away; what somebody changed of ours is said and stays.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::StepError;
use super::machine::Machine;
use super::people::People;
use super::state::{Placed, State};
use super::wanted::{Content, Node, NodeKind, sha256_of};
use crate::manifest::MachinePath;
use crate::platform::files::FileError;

/// What came of placing a step's nodes.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many were written or changed.
    pub(super) changed: usize,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// Puts nodes in place for a step, and takes away what that step placed and no longer has.
pub(super) fn place(
    machine: &Machine,
    state: &mut State,
    step: &str,
    nodes: &[Node],
) -> Result<Outcome, StepError> {
    let people = People::of(machine)?;
    let mut outcome = Outcome::default();
    let mut wanted: BTreeMap<&MachinePath, (&Node, u32, u32)> = BTreeMap::new();
    for node in nodes {
        let (uid, gid) = people.ids(node.owner.as_ref())?;
        wanted.insert(&node.path, (node, uid, gid));
    }
    // Remembered before it is done, so that nothing is placed that nobody knows of.
    let before = state.placed.clone();
    for (path, (node, uid, gid)) in &wanted {
        remember(machine, state, step, path, node, *uid, *gid);
    }
    machine.live()?;
    state.write(&machine.state())?;
    let root = nodes.first().map(|node| node.path.clone());
    for (path, (node, uid, gid)) in &wanted {
        machine.live()?;
        if put(machine, node, *uid, *gid, root.as_ref(), before.get(*path), &mut outcome.notes)? {
            outcome.changed += 1;
        }
    }
    for (path, (node, ..)) in &wanted {
        if let Some(placed) = state.placed.get_mut(*path) {
            placed.content = vec![node.kind.digest()];
        }
    }
    let gone: Vec<MachinePath> = state
        .placed
        .iter()
        .filter(|(path, placed)| placed.step == step && !wanted.contains_key(path))
        .map(|(path, _)| path.clone())
        .collect();
    outcome.changed += gone.len();
    take_away(machine, state, &gone, &mut outcome.notes)?;
    Ok(outcome)
}

fn remember(
    machine: &Machine,
    state: &mut State,
    step: &str,
    path: &MachinePath,
    node: &Node,
    uid: u32,
    gid: u32,
) {
    // A folder that is there already is somebody else's.
    if node.kind == NodeKind::Folder
        && !state.placed.contains_key(path)
        && fs::metadata(machine.path(path)).is_ok()
    {
        return;
    }
    let digest = node.kind.digest();
    let mut content = state.placed.get(path).map(|placed| placed.content.clone()).unwrap_or_default();
    if !content.contains(&digest) {
        content.push(digest);
    }
    let placed = Placed { step: step.to_owned(), content, mode: node.mode, uid, gid };
    state.placed.insert(path.clone(), placed);
}

/// Says whether anything had to be done.
fn put(
    machine: &Machine,
    node: &Node,
    uid: u32,
    gid: u32,
    root: Option<&MachinePath>,
    before: Option<&Placed>,
    notes: &mut Vec<String>,
) -> Result<bool, StepError> {
    let path = machine.path(&node.path);
    let folder = if node.kind == NodeKind::Folder { Some(node.path.clone()) } else { node.path.parent() };
    refuse_links(machine, folder, root)?;
    let found = fs::symlink_metadata(&path).ok();
    match (&node.kind, &found) {
        (NodeKind::Folder, None) => {
            make_parents(&path)?;
            fs::create_dir(&path).map_err(cannot("make", &path))?;
            set(&path, node.mode, uid, gid)?;
            return Ok(true);
        }
        (NodeKind::Folder, Some(_)) => {
            return match fs::metadata(&path) {
                Ok(there) if there.is_dir() => keep_folder(&path, &there, node, uid, gid, before),
                _ => Err(in_the_way(&node.path, "a file", "a folder")),
            };
        }
        (_, Some(there)) if there.is_dir() => {
            return Err(in_the_way(&node.path, "a folder", "a file"));
        }
        _ => {}
    }
    if let Some(there) = &found {
        let held = content_of(&path, there)?;
        if held == node.kind.digest() {
            let is_link = there.is_symlink();
            if (there.uid(), there.gid()) == (uid, gid) && (is_link || there.mode() & 0o7777 == node.mode) {
                return Ok(false);
            }
            if !is_link {
                return set(&path, node.mode, uid, gid).map(|()| true);
            }
        } else if before.is_none_or(|placed| !placed.content.contains(&held)) {
            notes.push(format!("{} held something else and was replaced", node.path));
        }
    }
    make_parents(&path)?;
    write_beside(&path, node, uid, gid)?;
    Ok(true)
}

/// Only a folder of ours is changed.
fn keep_folder(
    path: &Path,
    there: &Metadata,
    node: &Node,
    uid: u32,
    gid: u32,
    before: Option<&Placed>,
) -> Result<bool, StepError> {
    let is_as_wanted = (there.uid(), there.gid(), there.mode() & 0o7777) == (uid, gid, node.mode);
    if before.is_none() || is_as_wanted {
        return Ok(false);
    }
    set(path, node.mode, uid, gid).map(|()| true)
}

/// Writes to a name beside it that is ours alone, and moves it into its place.
fn write_beside(path: &Path, node: &Node, uid: u32, gid: u32) -> Result<(), StepError> {
    let new = beside(path);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot("remove", &new)(error)),
        _ => {}
    }
    match &node.kind {
        NodeKind::Folder => return Ok(()),
        NodeKind::Link { target } => {
            std::os::unix::fs::symlink(target, &new).map_err(cannot("write", &new))?;
            std::os::unix::fs::lchown(&new, Some(uid), Some(gid)).map_err(cannot("give away", &new))?;
        }
        NodeKind::File { content, .. } => {
            let mut options = OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(&new);
            let mut file = file.map_err(cannot("write", &new))?;
            match content {
                Content::Text(text) => file.write_all(text.as_bytes()).map_err(cannot("write", &new))?,
                Content::At(source) => {
                    let mut source = File::open(source).map_err(cannot("read", source))?;
                    io::copy(&mut source, &mut file).map_err(cannot("write", &new))?;
                }
            }
            // The owner first: changing it takes away the bits that make a program run as somebody.
            std::os::unix::fs::fchown(&file, Some(uid), Some(gid)).map_err(cannot("give away", &new))?;
            file.set_permissions(Permissions::from_mode(node.mode)).map_err(cannot("write", &new))?;
            file.sync_all().map_err(cannot("write", &new))?;
        }
    }
    fs::rename(&new, path).map_err(cannot("write", path))
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Room for the longest names.
    let name: String = name.chars().take(60).collect();
    path.with_file_name(format!(".{name}.cloudkit-new"))
}

fn set(path: &Path, mode: u32, uid: u32, gid: u32) -> Result<(), StepError> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
    let file = file.map_err(cannot("open", path))?;
    std::os::unix::fs::fchown(&file, Some(uid), Some(gid)).map_err(cannot("give away", path))?;
    file.set_permissions(Permissions::from_mode(mode)).map_err(cannot("change the mode of", path))
}

/// Refuses a folder that a link leads to which may lead anywhere.
pub(super) fn refuse_links(
    machine: &Machine,
    folder: Option<MachinePath>,
    root: Option<&MachinePath>,
) -> Result<(), StepError> {
    match link_on_the_way(machine, folder, root)? {
        Some((at, found)) => Err(in_the_way(&at, found, "a folder")),
        None => Ok(()),
    }
}

/// A link of somebody else's on the way to a folder; below an upload's own folder any link, since there have to be folders.
/// Other links of whoever owns the machine's root are how it was set up.
///
/// Who owns a folder on the way can still put a link there between this look and what is done next. So what goes below a
/// user's folder is as safe as that user is trusted, and no more.
fn link_on_the_way(
    machine: &Machine,
    folder: Option<MachinePath>,
    root: Option<&MachinePath>,
) -> Result<Option<(MachinePath, &'static str)>, StepError> {
    let top = machine.file("");
    let owner = fs::metadata(&top).map_err(cannot("read", &top))?.uid();
    for at in std::iter::successors(folder, MachinePath::parent) {
        match fs::symlink_metadata(machine.path(&at)) {
            Ok(found) if found.is_symlink() && found.uid() != owner => {
                return Ok(Some((at, "a link that is not root's")));
            }
            Ok(found) if found.is_symlink() && root.is_some_and(|root| at.is_below(root)) => {
                return Ok(Some((at, "a link")));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn make_parents(path: &Path) -> Result<(), StepError> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).map_err(cannot("make the folder", parent)),
        None => Ok(()),
    }
}

/// Takes away what is ours and as we left it, folders after what was in them.
pub(super) fn take_away(
    machine: &Machine,
    state: &mut State,
    gone: &[MachinePath],
    notes: &mut Vec<String>,
) -> Result<(), StepError> {
    for at in gone.iter().rev() {
        machine.live()?;
        let Some(placed) = state.placed.get(at) else { continue };
        if let Some((link, found)) = link_on_the_way(machine, at.parent(), None)? {
            notes.push(format!("{at} is not removed, although nothing wants it any more: {link} is {found}"));
            state.placed.remove(at);
            continue;
        }
        let path = machine.path(at);
        let _ = fs::remove_file(beside(&path));
        if let Ok(found) = fs::symlink_metadata(&path) {
            if found.is_dir() {
                // One that somebody put something into stays.
                let _ = fs::remove_dir(&path);
            } else if placed.content.contains(&content_of(&path, &found)?) {
                fs::remove_file(&path).map_err(cannot("remove", &path))?;
            } else {
                notes.push(format!(
                    "{at} was changed on the machine and stays, although nothing wants it any more"
                ));
            }
        }
        state.placed.remove(at);
    }
    machine.live()?;
    Ok(state.write(&machine.state())?)
}

/// The steps of which something is not as it was left.
pub(super) fn drifted(machine: &Machine, state: &State) -> std::collections::BTreeSet<String> {
    let differs = |(path, placed): &(&MachinePath, &Placed)| {
        let path = machine.path(path);
        let Ok(found) = fs::symlink_metadata(&path) else { return true };
        let mode = if found.is_symlink() { placed.mode } else { found.mode() & 0o7777 };
        let is_same = (mode, found.uid(), found.gid()) == (placed.mode, placed.uid, placed.gid)
            && content_of(&path, &found).is_ok_and(|held| placed.content.contains(&held));
        !is_same
    };
    state.placed.iter().filter(differs).map(|(_, placed)| placed.step.clone()).collect()
}

/// What tells what is there from anything else.
fn content_of(path: &Path, found: &Metadata) -> Result<String, StepError> {
    if found.is_dir() {
        return Ok(NodeKind::Folder.digest());
    }
    if found.is_symlink() {
        let target = fs::read_link(path).map_err(cannot("read", path))?;
        return Ok(NodeKind::Link { target }.digest());
    }
    // A pipe would keep the reader waiting.
    if !found.is_file() {
        return Ok("something else".to_owned());
    }
    sha256_of(path)
}

fn in_the_way(path: &MachinePath, found: &'static str, wanted: &'static str) -> StepError {
    StepError::InTheWay { path: path.clone(), found, wanted }
}

pub(super) fn cannot(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StepError {
    let path = path.to_owned();
    move |source| FileError { action, path, source }.into()
}
