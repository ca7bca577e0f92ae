//! systemd's unit files, read as systemd reads them, with the line and the column of each setting.
//!
//! What is wrong with a unit is not said here but for what systemd itself would skip; nothing is run.

mod command;
pub mod known;
mod name;
mod read;
mod words;

#[cfg(test)]
mod tests;

pub use command::{CommandLine, Program, commands};
pub use name::{UnitKind, UnitName};
pub use read::{Mistake, MistakeKind, Setting, UnitText};
pub use words::{Word, split};

/// A unit with its drop-ins, as one: settings of later files come after those of earlier ones.
#[derive(Debug, Clone, Default)]
pub struct Settings<'u> {
    all: Vec<(usize, &'u Setting)>,
}

impl<'u> Settings<'u> {
    /// What these files say together; a setting goes with the index of its file.
    pub fn of(texts: impl IntoIterator<Item = &'u UnitText>) -> Self {
        let of_text =
            |(at, text): (usize, &'u UnitText)| text.settings.iter().map(move |setting| (at, setting));
        Self { all: texts.into_iter().enumerate().flat_map(of_text).collect() }
    }

    /// What counts of a setting that may be said several times: all since it was last emptied.
    #[must_use]
    pub fn list(&self, section: &str, key: &str) -> Vec<(usize, &'u Setting)> {
        let mut counting = Vec::new();
        for (file, setting) in &self.all {
            if setting.section == section && setting.key == key {
                if setting.value.is_empty() {
                    counting.clear();
                } else {
                    counting.push((*file, *setting));
                }
            }
        }
        counting
    }

    /// What counts of a setting that has one value: the last; none where it was emptied.
    #[must_use]
    pub fn last(&self, section: &str, key: &str) -> Option<(usize, &'u Setting)> {
        self.list(section, key).pop()
    }

    /// Its value.
    #[must_use]
    pub fn value(&self, section: &str, key: &str) -> Option<&'u str> {
        self.last(section, key).map(|(_, setting)| setting.value.as_str())
    }

    /// Whether it is set to yes, as systemd spells that.
    #[must_use]
    pub fn is_yes(&self, section: &str, key: &str) -> bool {
        self.value(section, key).is_some_and(|value| {
            matches!(value.to_ascii_lowercase().as_str(), "1" | "yes" | "y" | "true" | "t" | "on")
        })
    }

    /// The units that it names, each with the setting that does.
    #[must_use]
    pub fn units(&self, section: &str, key: &str) -> Vec<(usize, &'u Setting, &'u str)> {
        let named = |(file, setting): (usize, &'u Setting)| {
            setting.value.split_whitespace().map(move |unit| (file, setting, unit))
        };
        self.list(section, key).into_iter().flat_map(named).collect()
    }
}
