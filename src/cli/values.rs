//! Values of flags that clap would refuse in the words of a programmer.

use crate::model::NotAValue;

/// Reads how many rows are wanted at most.
pub(super) fn limit(text: &str) -> Result<usize, NotAValue> {
    if text.eq_ignore_ascii_case("all") {
        return Ok(usize::MAX);
    }
    text.parse().map_err(|_| NotAValue::new(text, "a number of rows such as 50, or all"))
}

/// Reads a count of one or more.
#[cfg(any(feature = "aws", test))]
pub(super) fn count(text: &str) -> Result<u32, NotAValue> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| NotAValue::new(text, "a whole number of 1 or more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_said_in_plain_words() {
        assert_eq!((limit("20"), limit("ALL")), (Ok(20), Ok(usize::MAX)));
        for text in ["-1", "many", "1.5", ""] {
            let said = limit(text).unwrap_err().to_string();
            assert_eq!(said, format!("{text:?} is not a number of rows such as 50, or all"));
        }
        assert_eq!(count("8"), Ok(8));
        for text in ["0", "-1", "abc"] {
            let said = count(text).unwrap_err().to_string();
            assert_eq!(said, format!("{text:?} is not a whole number of 1 or more"));
        }
    }
}
