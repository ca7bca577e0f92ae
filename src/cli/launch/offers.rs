//! Offers from stdin: lines of JSON, or one array, in rank order.
//!
//! A line that is not an offer is an error that names it, and nothing is launched.

use std::io::Read as _;

use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::model::{Offer, offer};
use crate::platform::Process;
use crate::provision::wish::WishedMachine;

/// An offer that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{place} of stdin is not an offer")]
struct NotAnOffer {
    place: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Every offer on stdin as a wish.
pub(super) fn from_stdin(
    process: &Process,
    catalog: &Catalog<'_>,
) -> Result<Vec<WishedMachine>, CommandError> {
    if process.stdin_is_terminal() {
        let error = CommandError::usage("nothing to launch was named");
        return Err(error
            .hint("name a type: cloudkit launch --instance-type m7i.large --ttl 8h")
            .hint("or find one: cloudkit find search --gpu l4 | cloudkit launch --ttl 8h"));
    }
    let mut text = String::new();
    process
        .stdin()
        .read_to_string(&mut text)
        .map_err(|error| CommandError::usage(error).hint("stdin has to be text"))?;
    let offers = read(&text)?;
    if offers.is_empty() {
        let error = CommandError::new(ExitClass::No, "no offers came on stdin");
        return Err(error.hint("name a type: cloudkit launch --instance-type m7i.large --ttl 8h"));
    }
    for wished in &offers {
        region::known(catalog, &wished.region)?;
    }
    Ok(offers)
}

/// Every offer of a text.
pub(super) fn read(text: &str) -> Result<Vec<WishedMachine>, CommandError> {
    if text.trim_start().starts_with('[') {
        let offers: Vec<Offer<'_>> = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}", error.line());
            not_an_offer(place, error)
        })?;
        return offers
            .iter()
            .enumerate()
            .map(|(at, offer)| wish(offer, || format!("offer {}", at + 1)))
            .collect();
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let place = || format!("line {}", at + 1);
            // The parser was handed one line alone, and calls it the first.
            let words =
                |error: serde_json::Error| error.to_string().replace(" at line 1 column ", " at column ");
            let offer = serde_json::from_str(line).map_err(|error| not_an_offer(place(), words(error)))?;
            wish(&offer, place)
        })
        .collect()
}

fn not_an_offer(place: String, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CommandError {
    CommandError::usage(NotAnOffer { place, source: source.into() })
        .hint("offers are what cloudkit find prints with -o jsonl; nothing was launched")
}

fn wish(offer: &Offer<'_>, place: impl Fn() -> String) -> Result<WishedMachine, CommandError> {
    if offer.schema != offer::SCHEMA {
        return Err(not_an_offer(
            place(),
            format!("its schema is {:?}, not {:?}", offer.schema, offer::SCHEMA),
        ));
    }
    WishedMachine::of_offer(offer).map_err(|error| not_an_offer(place(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","market":"on-demand","os":"linux","price_usd_hour":"0.1008","price_source":"embedded","price_as_of":"2025-03-02","added_later":1}"#;

    #[test]
    fn lines_and_an_array_are_the_same() {
        let lines = read(&format!("{LINE}\n\n{LINE}\n")).unwrap();
        let array = read(&format!("[{LINE},\n{LINE}]")).unwrap();
        assert_eq!(lines, array);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].price.as_ref().unwrap().usd_hour.to_string(), "0.1008");
    }

    #[test]
    fn a_line_that_is_no_offer_is_named() {
        let error = read(&format!("{LINE}\nTYPE REGION\n")).unwrap_err();
        assert_eq!(error.error.to_string(), "line 2 of stdin is not an offer");
        let error = read(&LINE.replace("offer/v1", "offer/v9")).unwrap_err();
        assert_eq!(error.error.to_string(), "line 1 of stdin is not an offer");
        assert!(read(&LINE.replace("m7i.large", "m7i")).is_err());
    }
}
