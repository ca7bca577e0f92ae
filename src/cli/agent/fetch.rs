//! `cloudkit agent fetch`: the released agent for machines that this program can't run on.
//!
//! What is not this version's release, by its signature, is never stored. A launch judges what is stored again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;
use crate::model::Architecture;
use crate::output::agent::FetchedAgent;
use crate::platform::files::{self, Access};
use crate::platform::http::{HttpClient, HttpError, Limits};
use crate::provision::agent_release::{self, ReleaseError, ReleaseKey};
use crate::provision::mirror::MirrorUrl;

const BINARY: Limits = Limits { time: Duration::from_secs(600), bytes: 256 * 1024 * 1024 };
const SIGNATURE: Limits = Limits { time: Duration::from_secs(60), bytes: 16 * 1024 };
/// Where this build looks for releases, where it was built with such a place.
const COMPILED_IN: Option<&str> = option_env!("CLOUDKIT_RELEASES_URL");

/// Fetch the released agent for machines that this program can't run on, and verify its signature
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit agent fetch --arch arm64
  cloudkit agent fetch --from ~/Downloads/cloudkit-release")]
pub(super) struct FetchArguments {
    /// Architecture of the machines: x86_64 or arm64 [default: both]
    #[arg(long, value_name = "ARCH", value_parser = architectures())]
    arch: Option<Architecture>,
    /// Folder or address (https) that has cloudkit-agent-linux-ARCH and its .minisig [default: setting agent-releases]
    #[arg(long, value_name = "URL|DIR", value_hint = ValueHint::AnyPath)]
    from: Option<String>,
}

fn architectures() -> impl TypedValueParser<Value = Architecture> {
    let parser = PossibleValuesParser::new(agent_release::ARCHITECTURES.map(Architecture::as_str));
    parser.try_map(|name| name.parse::<Architecture>())
}

/// Where a release lies.
enum Place {
    Folder(PathBuf),
    Address(MirrorUrl),
}

pub(super) fn run(context: &Context<'_>, arguments: &FetchArguments) -> Result<ExitClass, CommandError> {
    let key = ReleaseKey::in_force(context.process)?;
    let place = place(context, arguments)?;
    let wanted = arguments.arch.map_or(agent_release::ARCHITECTURES.to_vec(), |one| vec![one]);
    let store = agent_release::folder_in(&context.cache_directory()?);
    let mut fetched = Vec::new();
    for architecture in wanted {
        fetched.push(fetch(context, &place, architecture, &key, &store)?);
    }
    context.streams.write_list(context.streams.list_format(), &fetched)?;
    Ok(ExitClass::Done)
}

fn place(context: &Context<'_>, arguments: &FetchArguments) -> Result<Place, CommandError> {
    if let Some(text) = &arguments.from {
        return if text.contains("://") { folder_at(text.parse()?) } else { Ok(Place::Folder(text.into())) };
    }
    match context.settings.parsed(Key::AgentReleases)? {
        Some(address) => folder_at(address),
        None => match COMPILED_IN {
            Some(address) => folder_at(address.parse()?),
            None => Err(CommandError::usage("this build of cloudkit knows no place that has its releases")
                .hint("name one: --from URL, or --from DIR for files that you have")),
        },
    }
}

fn folder_at(address: MirrorUrl) -> Result<Place, CommandError> {
    if address.full().contains('?') {
        let error = CommandError::usage(format!("{address}?… is the address of a file, not of a folder"));
        return Err(error.hint("fetch the two files yourself and name their folder: --from DIR"));
    }
    Ok(Place::Address(address))
}

/// Fetches, judges and stores; the binary goes first, so that a half-done store is a binary without its signature.
fn fetch(
    context: &Context<'_>,
    place: &Place,
    architecture: Architecture,
    key: &ReleaseKey,
    store: &Path,
) -> Result<FetchedAgent, CommandError> {
    let (name, signature_name) =
        (agent_release::file_name(architecture), agent_release::signature_name(architecture));
    let step = context.streams.step(format!("fetching {name}"));
    let (origin, content) = get(context, place, &name, BINARY)?;
    let (_, signature) = get(context, place, &signature_name, SIGNATURE)?;
    let binary = key.judge(Path::new(&origin), architecture, &content, &signature)?;
    let path = store.join(&name);
    files::remove_if_there(&store.join(&signature_name))?;
    files::replace(&path, &content, Access::Public)?;
    files::replace(&store.join(&signature_name), &signature, Access::Public)?;
    step.done("verified");
    Ok(FetchedAgent::new(architecture, path, binary.bytes, binary.sha256))
}

/// A file of the release, and where it is from.
fn get(
    context: &Context<'_>,
    place: &Place,
    name: &str,
    limits: Limits,
) -> Result<(String, Vec<u8>), CommandError> {
    match place {
        Place::Folder(folder) => {
            let path = folder.join(name);
            let content = files::read_if_there(&path)?;
            let missing = || {
                CommandError::usage(format!("{} has no {name}", folder.display()))
                    .hint("a release has cloudkit-agent-linux-ARCH and cloudkit-agent-linux-ARCH.minisig")
            };
            Ok((path.display().to_string(), content.ok_or_else(missing)?))
        }
        Place::Address(folder) => {
            let url = folder.beside(name);
            let certificates = context.certificates()?;
            let http = HttpClient::new(certificates.as_deref()).map_err(CommandError::usage)?;
            let content = context.block_on_bounded(async {
                http.file(url.full(), limits).await.map_err(|error| unavailable(error, &url))
            })?;
            Ok((url.to_string(), content))
        }
    }
}

fn unavailable(error: HttpError, url: &MirrorUrl) -> CommandError {
    match error {
        HttpError::Status { status: 404, .. } => {
            CommandError::usage(format!("{url} does not exist")).hint("name another place: --from URL|DIR")
        }
        error => CommandError::new(ExitClass::Unavailable, error)
            .hint("check the network, or name files that you have: --from DIR"),
    }
}

impl From<ReleaseError> for CommandError {
    fn from(error: ReleaseError) -> Self {
        let hint = match &error {
            ReleaseError::NoKey => {
                "build the agent yourself and name it: cloudkit launch --agent-binary FILE"
            }
            ReleaseError::NotAKey(_) | ReleaseError::ForeignKey => "unset CLOUDKIT_TEST_RELEASE_KEY",
            ReleaseError::File(_) => "name files that can be read: --from DIR",
            ReleaseError::Unsigned { .. }
            | ReleaseError::NotTheRelease { .. }
            | ReleaseError::AnotherRelease { .. }
            | ReleaseError::NotAProgram { .. } => {
                concat!(
                    "take it from where cloudkit ",
                    env!("CARGO_PKG_VERSION"),
                    " was released: --from URL; nothing was stored"
                )
            }
        };
        Self::new(ExitClass::No, error).hint(hint)
    }
}
