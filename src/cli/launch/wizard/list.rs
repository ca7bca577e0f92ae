//! A question as a list on the terminal whose lines follow what is typed.
//!
//! Which lines there are is the question's own to say, for each text that is typed. Enter takes the marked line; one that
//! only tells something is refused. Esc goes back, Ctrl-C is the end.

use std::cell::RefCell;
use std::fmt;

use inquire::ui::{RenderConfig, Styled};
use inquire::{InquireError, Select};

use super::row::{Row, lines};
use crate::cli::command_error::CommandError;
use crate::cli::exit_code::ExitClass;

/// As many lines as are worth scrolling through; what comes behind them is found by further words.
const MOST_ROWS: usize = 60;
/// As many as are seen at once where the screen has room.
const PAGE: usize = 8;
/// The lines of a question besides: its own, and its help.
const OTHER_LINES: usize = 5;

/// What the lists are shown on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) shows_color: bool,
}

/// What is asked.
pub(super) struct Question<'q, A> {
    pub(super) title: String,
    pub(super) help: String,
    /// The columns that may be left out on a narrow screen, the first one first.
    pub(super) droppable: &'static [usize],
    /// The lines for what was typed; the first is the one that Enter takes.
    pub(super) rows: &'q dyn Fn(&str) -> Vec<Row<A>>,
}

/// An answer, and what was typed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept<A> {
    pub(super) typed: String,
    pub(super) answer: A,
}

/// What came of a question.
#[derive(Debug)]
pub(super) enum Reply<A> {
    Answer(Kept<A>),
    Back,
}

impl<A: Clone + PartialEq> Question<'_, A> {
    /// The rows for what was typed, as many as there is room for. Before anything is typed, an answer that was given before
    /// comes first, so that Enter keeps it.
    fn rows_now(&self, typed: &str, before: Option<&Kept<A>>) -> Vec<Row<A>> {
        let mut rows = (self.rows)(typed);
        if let Some(before) = before.filter(|_| typed.is_empty()) {
            let is_it = |row: &Row<A>| row.answer.as_ref() == Some(&before.answer);
            let found = rows.iter().position(is_it).map(|at| rows.remove(at));
            let row = found.or_else(|| (self.rows)(&before.typed).into_iter().find(is_it));
            if let Some(mut row) = row {
                match row.cells.first_mut() {
                    Some(first) if first.is_empty() => first.push_str("As before"),
                    Some(first) => first.push_str(" (as before)"),
                    None => {}
                }
                rows.insert(0, row);
            }
        }
        if rows.len() > MOST_ROWS {
            let more = rows.len() - MOST_ROWS + 1;
            rows.truncate(MOST_ROWS - 1);
            rows.push(Row::note(format!("and {more} more: type further words")));
        }
        rows
    }
}

/// Asks until there is an answer, or whoever is asked goes back.
pub(super) fn ask<A: Clone + PartialEq>(
    screen: Screen,
    question: &Question<'_, A>,
    before: Option<&Kept<A>>,
) -> Result<Reply<A>, CommandError> {
    let live = Live { question, before, screen, shown: RefCell::new(Shown::default()) };
    let mut typed = String::new();
    loop {
        if !live.choose(&typed)? {
            return Ok(Reply::Back);
        }
        let shown = live.shown.borrow();
        typed.clone_from(&shown.typed);
        if let Some(answer) = shown.chosen.and_then(|at| shown.rows.get(at)?.answer.clone()) {
            return Ok(Reply::Answer(Kept { typed, answer }));
        }
    }
}

/// A list whose lines are made anew whenever something else is typed.
struct Live<'l, A> {
    question: &'l Question<'l, A>,
    before: Option<&'l Kept<A>>,
    screen: Screen,
    shown: RefCell<Shown<A>>,
}

/// What is on the screen.
struct Shown<A> {
    typed: String,
    rows: Vec<Row<A>>,
    lines: Vec<String>,
    bank: Option<Bank>,
    chosen: Option<usize>,
}

impl<A> Default for Shown<A> {
    fn default() -> Self {
        Self { typed: String::new(), rows: Vec::new(), lines: Vec::new(), bank: None, chosen: None }
    }
}

/// The list takes its options once, so there are slots that lines come into. With two banks in turn the options that are left
/// are others after each key, by which the list knows that its mark belongs on the first again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bank {
    Even,
    Odd,
}

struct Slot<'s, 'l, A> {
    live: &'s Live<'l, A>,
    bank: Bank,
    place: usize,
}

impl<A> fmt::Display for Slot<'_, '_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.live.shown.borrow().lines.get(self.place).map_or("", String::as_str))
    }
}

impl<A: Clone + PartialEq> Live<'_, A> {
    /// Shows the list and has a line chosen; not where whoever is asked goes back.
    fn choose(&self, typed: &str) -> Result<bool, CommandError> {
        self.shown.replace(Shown::default());
        let slots = |bank| (0..MOST_ROWS).map(move |place| Slot { live: self, bank, place });
        let score = |typed: &str, slot: &Slot<'_, '_, A>, _: &str, _: usize| {
            self.follow(typed);
            let shown = self.shown.borrow();
            (shown.bank == Some(slot.bank) && slot.place < shown.rows.len()).then_some(0)
        };
        let outcome = Select::new(&self.question.title, slots(Bank::Even).chain(slots(Bank::Odd)).collect())
            .with_scorer(&score)
            // They come in their order.
            .with_sorter(&|_| {})
            .with_formatter(&|slot| self.chosen_text(slot.value.place))
            .with_help_message(&self.question.help)
            .with_page_size(self.page())
            .with_starting_filter_input(typed)
            .with_render_config(look(self.screen))
            .prompt();
        match outcome {
            Ok(slot) => {
                self.shown.borrow_mut().chosen = Some(slot.place);
                Ok(true)
            }
            Err(InquireError::OperationCanceled) => Ok(false),
            Err(error) => Err(unanswered(error)),
        }
    }

    /// Makes the lines for what is typed, where that has changed.
    fn follow(&self, typed: &str) {
        let mut shown = self.shown.borrow_mut();
        let bank = match shown.bank {
            Some(_) if shown.typed == typed => return,
            Some(Bank::Even) => Bank::Odd,
            None | Some(Bank::Odd) => Bank::Even,
        };
        let rows = self.question.rows_now(typed, self.before);
        let lines = lines(&rows, self.screen.columns, self.question.droppable);
        *shown = Shown { typed: typed.to_owned(), rows, lines, bank: Some(bank), chosen: None };
    }

    /// How many rows are seen at once, each of one or two lines; a list that is higher than its screen can't be drawn.
    fn page(&self) -> usize {
        let rows = self.question.rows_now("", self.before);
        let lines = lines(&rows, self.screen.columns, self.question.droppable);
        let height = lines.iter().map(|line| line.lines().count()).max().unwrap_or(1).max(1);
        (self.screen.rows.saturating_sub(OTHER_LINES) / height).clamp(2, PAGE)
    }

    fn chosen_text(&self, place: usize) -> String {
        self.shown.borrow().rows.get(place).map_or_else(String::new, |row| row.chosen.clone())
    }
}

/// Why there is no answer.
pub(super) fn unanswered(error: InquireError) -> CommandError {
    match error {
        InquireError::OperationInterrupted => CommandError::new(ExitClass::Interrupted, "interrupted"),
        error => CommandError::usage(error)
            .hint("launch without questions: cloudkit launch --instance-type m7i.large --ttl 8h"),
    }
}

/// How questions look.
fn look(screen: Screen) -> RenderConfig<'static> {
    let look = if screen.shows_color { RenderConfig::default_colored() } else { RenderConfig::empty() };
    look.with_canceled_prompt_indicator(Styled::new("(back)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(rows: &dyn Fn(&str) -> Vec<Row<usize>>) -> Question<'_, usize> {
        Question { title: "Which?".to_owned(), help: String::new(), droppable: &[], rows }
    }

    fn numbers(typed: &str) -> Vec<Row<usize>> {
        let all = (1..=100).map(|number| Row::new(number, "", vec![number.to_string()]));
        all.filter(|row| row.cells[0].starts_with(typed)).collect()
    }

    #[test]
    fn what_was_answered_before_comes_first_so_that_enter_keeps_it() {
        let question = question(&|typed| numbers(typed).into_iter().take(5).collect());
        let first = |typed, answer| {
            let kept = Kept { typed: "7".to_owned(), answer };
            question.rows_now(typed, Some(&kept)).remove(0)
        };
        assert_eq!((first("", 3).answer, first("", 3).cells[0].as_str()), (Some(3), "3 (as before)"));
        assert_eq!(first("", 77 - 7).answer, Some(70), "also what was found by typing");
        assert_eq!(first("", 99).answer, Some(1), "what is not there any more is no answer");
        assert_eq!(first("2", 3).answer, Some(2), "whoever types wants another one");
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let rows = question(&numbers).rows_now("", None);
        assert_eq!(rows.len(), MOST_ROWS);
        assert_eq!(rows.last().unwrap().cells, ["(and 41 more: type further words)"]);
    }
}
