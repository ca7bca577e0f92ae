//! What the catalog says to the questions: offers, and their prices in a few words.
//!
//! No network is asked, and a price that is not known is said to be unknown.

use jiff::civil::Date;

use super::row::Row;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::region::{self, InForce};
use crate::discovery::{Filter, NamePattern, Question, search};
use crate::model::{Market, Offer};
use crate::output::machine_gist;

/// Whose prices are shown where the catalog knows none of the region in force.
const WELL_KNOWN: &str = "us-east-1";
/// What stands where a price would.
pub(super) const NOT_KNOWN: &str = "not known";

/// The catalog, the day, and where somebody is.
pub(super) struct Facts<'c> {
    pub(super) catalog: &'c Catalog<'c>,
    pub(super) today: Date,
    pub(super) in_force: InForce,
}

impl<'c> Facts<'c> {
    /// Fails where the region in force is misspelt.
    pub(super) fn gather(context: &Context<'_>, catalog: &'c Catalog<'c>) -> Result<Self, CommandError> {
        let in_force = region::in_force(context);
        region::known(catalog, &in_force.region.parse()?)?;
        Ok(Self { catalog, today: context.today()?, in_force })
    }

    /// The region whose prices are shown before one is chosen.
    pub(super) fn home(&self) -> &str {
        if self.has_data_of(&self.in_force.region) { &self.in_force.region } else { WELL_KNOWN }
    }

    pub(super) fn has_data_of(&self, region: &str) -> bool {
        self.catalog.region(region).is_some()
    }

    /// Every region that the catalog has data of.
    pub(super) fn regions(&self) -> Vec<String> {
        self.catalog.regions().map(|region| region.code().to_owned()).collect()
    }

    /// What is on sale for a question, best first; nothing where the question can't be answered.
    pub(super) fn offers(&self, question: Question) -> Vec<Offer<'c>> {
        let question = Question { today: Some(self.today), ..question };
        search(self.catalog, &question).map(|answer| answer.offers).unwrap_or_default()
    }

    /// What passes some filters in regions, on demand.
    pub(super) fn filtered(&self, filters: &[Filter], regions: Vec<String>) -> Vec<Offer<'c>> {
        self.offers(Question { filters: filters.to_vec(), regions, ..Question::default() })
    }

    /// A type in each of the regions that sell it on demand, the cheapest first.
    pub(super) fn everywhere(&self, instance_type: &str) -> Vec<Offer<'c>> {
        self.of_type(instance_type, self.regions(), Market::OnDemand)
    }

    /// A type in a region and a market, where it is sold so.
    pub(super) fn offer(&self, instance_type: &str, region: &str, market: Market) -> Option<Offer<'c>> {
        self.of_type(instance_type, vec![region.to_owned()], market).into_iter().next()
    }

    fn of_type(&self, instance_type: &str, regions: Vec<String>, market: Market) -> Vec<Offer<'c>> {
        let Ok(pattern) = instance_type.parse::<NamePattern>() else { return Vec::new() };
        self.offers(Question {
            patterns: vec![pattern],
            regions,
            markets: vec![market],
            ..Question::default()
        })
    }
}

/// The price of an hour in US dollars.
pub(super) fn price(offer: &Offer<'_>) -> String {
    offer.price_usd_hour.map_or_else(|| NOT_KNOWN.to_owned(), |price| price.to_string())
}

/// The date of a price, and who says it; nothing where there is no price.
pub(super) fn dated(offer: &Offer<'_>) -> [String; 2] {
    let Some(as_of) = &offer.price_as_of else { return Default::default() };
    let old = if offer.price_is_old { " (old)" } else { "" };
    [format!("{as_of}{old}"), offer.price_source.as_deref().unwrap_or_default().to_owned()]
}

/// The columns of [`machine_row`] that may be left out on a narrow screen, the first one first: who says the price, what else
/// it has, what it has.
pub(super) const DROPPABLE_OF_MACHINES: [usize; 3] = [6, 5, 3];

/// A machine as a line: what it is for, where that is said, its type, its price, what it has, and of when the price is.
pub(super) fn machine_row(purpose: &str, offer: &Offer<'_>, price: String) -> Row<String> {
    let name = offer.instance_type.to_string();
    let [gist, rest] = machine_gist(offer);
    let [date, source] = dated(offer);
    let chosen = format!("{name}, {gist}");
    Row::new(name.clone(), chosen, vec![purpose.to_owned(), name, price, gist, date, rest, source])
}
