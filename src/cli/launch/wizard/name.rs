//! What the machine is called.
//!
//! Whether another one has the name already is not asked.

use super::answers::NameAnswer;
use super::row::Row;
use crate::cli::launch::arguments::machine_name;

/// What is typed, or the name of the launch.
pub(super) fn rows(typed: &str) -> Vec<Row<NameAnswer>> {
    if typed.is_empty() {
        let text = "by the id of the launch";
        return vec![Row::new(NameAnswer::OfLaunch, text, vec![text.to_owned()])];
    }
    match machine_name(typed) {
        Ok(name) => vec![Row::new(NameAnswer::Named(name.clone()), name.clone(), vec![name])],
        Err(error) => vec![Row::note(error.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_judged_as_the_flag_judges_it() {
        assert_eq!(rows("")[0].answer, Some(NameAnswer::OfLaunch));
        assert_eq!(rows("Ada's box")[0].answer, Some(NameAnswer::Named("Ada's box".to_owned())));
        for wrong in [" trainer", "trainer ", &"n".repeat(257)] {
            assert_eq!(rows(wrong)[0].answer, None, "{wrong:?}");
        }
    }
}
