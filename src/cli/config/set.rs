//! `cloudkit config set`: changes a setting in the user's own file.
//!
//! The file is edited line by line, so that comments and order stay; what would not be read back is not written.

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::{self, Key};
use crate::platform::files::{self, Access};

/// Set a setting in your own settings file
#[derive(Debug, Args)]
pub(super) struct SetArguments {
    /// The setting
    key: String,
    /// Its value
    value: String,
}

pub(super) fn run(context: &Context<'_>, arguments: &SetArguments) -> Result<ExitClass, CommandError> {
    let key: Key = arguments.key.parse()?;
    key.check(&arguments.value)?;
    let path = settings::user_file(context.process)?;
    let before = files::read_if_there(&path)?.unwrap_or_default();
    let after = with_setting(&String::from_utf8_lossy(&before), key, &arguments.value)?;
    settings::read(&path, &after)?;
    files::replace(&path, after.as_bytes(), Access::Private)?;
    context.streams.status(format_args!("{key} set in {}", path.display()));
    Ok(ExitClass::Done)
}

/// The file's text with a setting's line put in the place of its old one, or at the end.
fn with_setting(text: &str, key: Key, value: &str) -> Result<String, CommandError> {
    let value = serde_yaml::to_string(value).map_err(CommandError::usage)?;
    let line = format!("{key}: {}", value.trim_end());
    let is_its = |old: &str| old.split_once(':').is_some_and(|(name, _)| name.trim() == key.name());
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|old| is_its(old)) {
        Some(at) => lines[at] = &line,
        None => lines.push(&line),
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let text = "# mine\nregion: us-east-1\noutput: json\n";
        let changed = with_setting(text, Key::Region, "eu-west-1").unwrap();
        assert_eq!(changed, "# mine\nregion: eu-west-1\noutput: json\n");
        assert_eq!(with_setting("", Key::NoTtl, "true").unwrap(), "no-ttl: 'true'\n");
    }
}
