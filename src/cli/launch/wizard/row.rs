//! The lines of a question as plain data, and how they fit a screen.
//!
//! What is asked is the questions' own; how a line gets on the terminal is [`super::list`]'s.

/// What stands between two columns.
const GAP: &str = "  ";
/// The mark of the line that Enter takes, and the space behind it.
const MARK: usize = 2;
const INDENT: &str = "    ";
/// A column that is shorter says nothing.
const LEAST_SHORTENED: usize = 12;
const ELLIPSIS: &str = "..";

/// A line of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<A> {
    /// What it says, part by part; the parts of the lines below each other are aligned.
    pub(super) cells: Vec<String>,
    /// What is left of it on the screen once it is chosen.
    pub(super) chosen: String,
    /// What it stands for; nothing where it only tells something.
    pub(super) answer: Option<A>,
}

impl<A> Row<A> {
    pub(super) fn new(answer: A, chosen: impl Into<String>, cells: Vec<String>) -> Self {
        Self { cells, chosen: chosen.into(), answer: Some(answer) }
    }

    /// A line that can't be chosen.
    pub(super) fn note(text: impl Into<String>) -> Self {
        let text: String = text.into();
        Self { cells: vec![format!("({text})")], chosen: text, answer: None }
    }
}

/// The rows as lines for a screen: columns beside each other where they fit, else each row on lines of its own. What may be left out is shortened first and then left out, one column after the other.
pub(super) fn lines<A>(rows: &[Row<A>], columns: usize, droppable: &[usize]) -> Vec<String> {
    let fitted = fitted(widths(rows), columns, droppable);
    let line = |row: &Row<A>| match (row.answer.is_some(), &fitted) {
        (false, _) => row.cells.join(GAP),
        (true, Some(widths)) => beside(row, widths),
        (true, None) => below(row, columns, droppable),
    };
    rows.iter().map(line).collect()
}

/// The widths of the columns that fit beside each other, nothing for what is left out; none where they do not fit.
fn fitted(mut widths: Vec<usize>, columns: usize, droppable: &[usize]) -> Option<Vec<usize>> {
    let wanted = |widths: &[usize]| {
        let kept = widths.iter().filter(|width| **width > 0).count();
        MARK + widths.iter().sum::<usize>() + GAP.len() * kept.saturating_sub(1)
    };
    for at in droppable {
        let too_many = wanted(&widths).saturating_sub(columns.saturating_sub(1));
        if too_many == 0 {
            return Some(widths);
        }
        let Some(width) = widths.get_mut(*at) else { continue };
        if *width >= LEAST_SHORTENED + too_many {
            *width -= too_many;
            return Some(widths);
        }
        *width = 0;
    }
    (wanted(&widths) < columns).then_some(widths)
}

/// How wide each column is; that of a note counts for nothing.
fn widths<A>(rows: &[Row<A>]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows.iter().filter(|row| row.answer.is_some()) {
        widths.resize(widths.len().max(row.cells.len()), 0);
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn beside<A>(row: &Row<A>, widths: &[usize]) -> String {
    let kept = row.cells.iter().zip(widths).filter(|(_, width)| **width > 0);
    let padded: Vec<String> = kept.map(|(cell, width)| format!("{:width$}", cut(cell, *width))).collect();
    padded.join(GAP).trim_end().to_owned()
}

/// The parts on as few lines as they fit, on two where leaving some out makes that enough.
fn below<A>(row: &Row<A>, columns: usize, droppable: &[usize]) -> String {
    let room = columns.saturating_sub(MARK + INDENT.len() + 1);
    let wrapped = |left_out: &[usize]| {
        let cells = row.cells.iter().enumerate();
        let kept = cells.filter(|(at, cell)| !cell.is_empty() && !left_out.contains(at));
        wrapped(kept.map(|(_, cell)| cell.as_str()), room)
    };
    let mut shorter = (0..droppable.len()).filter_map(|count| Some(wrapped(droppable.get(..count)?)));
    let lines = shorter.find(|lines| lines.len() <= 2).unwrap_or_else(|| wrapped(droppable));
    lines.join(&format!("\n{INDENT}"))
}

fn wrapped<'c>(cells: impl Iterator<Item = &'c str>, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cell in cells {
        match lines.last_mut() {
            Some(line) if line.chars().count() + GAP.len() + cell.chars().count() <= room => {
                line.push_str(GAP);
                line.push_str(cell);
            }
            _ => lines.push(cut(cell, room)),
        }
    }
    lines
}

/// A text in as many letters as there is room for.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(ELLIPSIS.chars().count())).collect();
    format!("{kept}{ELLIPSIS}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row<u8>> {
        let row = |cells: [&str; 3]| Row::new(1, "", cells.map(str::to_owned).to_vec());
        let note = Row::note("a note that is longer than any of the others");
        vec![row(["One GPU", "g4dn.xlarge", "0.53"]), row(["General work", "m6a.large", ""]), note]
    }

    #[test]
    fn columns_stand_beside_each_other_where_they_fit() {
        let expected = ["One GPU       g4dn.xlarge  0.53", "General work  m6a.large"];
        assert_eq!(lines(&rows(), 34, &[1])[..2], expected);
        assert_eq!(lines(&rows(), 33, &[1])[..2], ["One GPU       0.53", "General work"]);
    }

    #[test]
    fn what_may_be_left_out_is_shortened_first() {
        let rows = vec![Row::new(1, "", vec!["A".to_owned(), "twenty letters of it".to_owned()])];
        assert_eq!(lines(&rows, 26, &[1]), ["A  twenty letters of it"]);
        assert_eq!(lines(&rows, 18, &[1]), ["A  twenty let.."]);
        assert_eq!(lines(&rows, 17, &[1]), ["A"]);
    }

    #[test]
    fn on_a_narrow_screen_they_stand_below_each_other() {
        let narrow = |columns, droppable| lines(&rows(), columns, droppable);
        let expected = [
            "One GPU\n    g4dn.xlarge  0.53",
            "General work\n    m6a.large",
            "(a note that is longer than any of the others)",
        ];
        assert_eq!(narrow(25, &[]), expected);
        assert_eq!(narrow(22, &[])[0], "One GPU\n    g4dn.xlarge\n    0.53");
        assert_eq!(narrow(14, &[1])[0], "One GPU\n    0.53");
        assert_eq!(narrow(12, &[1])[1], "Gen..\n    m6a..");
        assert_eq!(lines::<u8>(&[], 20, &[1]), [""; 0]);
    }
}
