//! How a refresh of the catalog looks.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::catalog::refresh::RefreshRow;
use crate::model::DatedBy;

impl Record for RefreshRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("FEED", 100, |row| row.feed.map(|feed| feed.to_string())),
            Column::<Self>::text("OS", 90, |row| row.os.map(|os| os.to_string())),
            Column::<Self>::number("LISTS", 60, |row| Some(row.lists.to_string())),
            Column::<Self>::number("UNCHANGED", 50, |row| Some(row.unchanged_lists.to_string())),
            Column::<Self>::number("ROWS", 80, |row| of_new_lists(row, row.rows)),
            Column::<Self>::number("KEPT", 80, |row| of_new_lists(row, row.kept)),
            Column::<Self>::number("DROPPED", 80, |row| of_new_lists(row, dropped_rows(row))),
            Column::<Self>::text("AS OF", 70, |row| {
                Some(row.dated_by.unwrap_or(DatedBy::Said).marked(row.last_as_of.as_ref()?))
            }),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        let feed = self.feed.map(|feed| feed.to_string()).unwrap_or_default();
        Cow::Owned(self.os.map_or_else(|| feed.clone(), |os| format!("{feed} {os}")))
    }
}

/// A number of rows of the lists that were read; where none was, there is none.
fn of_new_lists(row: &RefreshRow, rows: usize) -> Option<String> {
    (row.lists > 0).then(|| rows.to_string())
}

fn dropped_rows(row: &RefreshRow) -> usize {
    row.dropped.iter().map(|dropped| dropped.rows).sum()
}
