//! What the process's streams are connected to.
//!
//! The one place that asks whether a stream is a terminal. Variables are read elsewhere and handed in.

use std::fmt;
use std::str::FromStr;

use crate::model::NotAValue;

/// Columns to fit where neither `COLUMNS` nor a terminal says.
const COLUMNS_WITHOUT_TERMINAL: usize = 100;
/// Rows to fit where no terminal says.
const ROWS_WITHOUT_TERMINAL: usize = 24;
/// Narrower than this nothing can be laid out; what is laid out for so many columns is wrapped by a narrower terminal.
const FEWEST_COLUMNS: usize = 20;

/// What stdout and stderr are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// Stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// Stdout shows colour, and nobody asked for none.
    pub stdout_shows_color: bool,
    /// Stderr shows colour, and nobody asked for none.
    pub stderr_shows_color: bool,
    /// Width that tables are fitted to.
    pub columns: usize,
    /// Width that questions are fitted to.
    pub talk_columns: usize,
    /// Height that questions are fitted to.
    pub talk_rows: usize,
}

impl Surroundings {
    /// The surroundings of the process that is running; `columns` is the variable `COLUMNS`, `no_color` whether `NO_COLOR`
    /// is set.
    #[must_use]
    pub fn of_process(columns: Option<&str>, no_color: bool) -> Self {
        let (stdout, stderr) = (console::Term::stdout(), console::Term::stderr());
        let asked = columns.and_then(|text| text.trim().parse().ok());
        let columns = |terminal: &console::Term| {
            let of_terminal = || terminal.size_checked().map(|(_rows, columns)| usize::from(columns));
            asked
                .or_else(of_terminal)
                .filter(|columns| *columns > 0)
                .map_or(COLUMNS_WITHOUT_TERMINAL, |columns| columns.max(FEWEST_COLUMNS))
        };
        Self {
            stdout_is_terminal: stdout.features().is_attended(),
            stderr_is_terminal: stderr.features().is_attended(),
            stdout_shows_color: !no_color && stdout.features().colors_supported(),
            stderr_shows_color: !no_color && stderr.features().colors_supported(),
            columns: columns(&stdout),
            talk_columns: columns(&stderr),
            talk_rows: stderr.size_checked().map_or(ROWS_WITHOUT_TERMINAL, |(rows, _columns)| rows.into()),
        }
    }

    /// Neither stream is a terminal.
    #[must_use]
    pub const fn without_terminal() -> Self {
        Self {
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            stdout_shows_color: false,
            stderr_shows_color: false,
            columns: COLUMNS_WITHOUT_TERMINAL,
            talk_columns: COLUMNS_WITHOUT_TERMINAL,
            talk_rows: ROWS_WITHOUT_TERMINAL,
        }
    }
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// Where the stream is a terminal that shows it.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl ColorChoice {
    /// What `--color` takes.
    pub const NAMES: [&'static str; 3] = ["auto", "always", "never"];

    /// Whether a stream that shows colour (or not) gets it.
    pub(super) const fn applies(self, shows_color: bool) -> bool {
        match self {
            Self::Auto => shows_color,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl fmt::Display for ColorChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}

impl FromStr for ColorChoice {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(NotAValue::new(text, "when to use colour: auto, always or never")),
        }
    }
}
