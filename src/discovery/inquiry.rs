//! What somebody asks, as it was asked: words, filters, a type to be like, regions, an order.
//!
//! The command line makes one of flags and the Python bindings one of arguments; here both become the same question.
//! Which region is meant where none is named is known to whoever asks.

use jiff::civil::Date;

use crate::catalog::{Catalog, Region};
use crate::model::{Market, OperatingSystem};

use super::{
    DiscoveryError, Filter, GroupBy, Question, Reading, RegionSelection, SortColumn, SortKey, Term, like,
    read_question,
};

/// A question before a catalog was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inquiry {
    /// Words and names of types; see [`read_question`].
    pub words: Vec<String>,
    /// What all types have to pass besides.
    pub filters: Vec<Filter>,
    /// The type that others are to be like.
    pub like: Option<String>,
    /// The market that is asked about; where none is, words may name some.
    pub market: Option<Market>,
    /// Regions as they are typed; see [`RegionSelection`].
    pub regions: Vec<String>,
    /// What the hour is billed as.
    pub os: OperatingSystem,
    /// The day by which figures are called old.
    pub today: Option<Date>,
    /// The order, behind what words say of it.
    pub sort: Vec<SortKey>,
    /// What offers are put together by.
    pub group_by: Option<GroupBy>,
    /// How many are wanted at most; before what words say of it.
    pub limit: Option<usize>,
}

/// A question, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Understood {
    /// The question.
    pub question: Question,
    /// What words were read as.
    pub terms: Vec<Term>,
    /// What is asked because of the type that others are to be like.
    pub like: Vec<Filter>,
}

impl Inquiry {
    /// The question that is meant.
    ///
    /// # Errors
    /// Where a word, a region or the type to be like is unknown, or where the order can't be.
    pub fn understood(self, catalog: &Catalog<'_>) -> Result<Understood, DiscoveryError> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let Reading { patterns, mut filters, markets, mut sort, limit, terms } =
            read_question(&words, catalog)?;
        let markets = of_market(self.market, markets)?;
        filters.extend(self.filters);
        let like = match &self.like {
            Some(name) => like_but_for(&filters, like(catalog, name)?),
            None => Vec::new(),
        };
        filters.extend(like.iter().cloned());
        sort.extend(self.sort);
        refuse_impossible(&sort, self.group_by)?;
        let selected = RegionSelection::parse(&self.regions)?.resolve(catalog)?;
        let regions = selected.into_iter().map(Region::code).map(str::to_owned).collect();
        let (os, today, group_by) = (self.os, self.today, self.group_by);
        let limit = self.limit.or(limit);
        let question = Question { regions, patterns, filters, markets, os, today, sort, limit, group_by };
        Ok(Understood { question, terms, like })
    }
}

/// The markets of a question: what is asked about goes before what words say, and they can't say otherwise.
fn of_market(asked: Option<Market>, of_words: Vec<Market>) -> Result<Vec<Market>, DiscoveryError> {
    let Some(asked) = asked else { return Ok(of_words) };
    match of_words.first() {
        Some(other) if *other != asked => {
            Err(DiscoveryError::OtherMarket { of_command: asked, other: *other })
        }
        _ => Ok(vec![asked]),
    }
}

/// What was said of the machine itself goes before what it is to be like in.
fn like_but_for(said: &[Filter], mut like: Vec<Filter>) -> Vec<Filter> {
    like.retain(|filter| !said.iter().any(|other| other.subject() == filter.subject()));
    like
}

/// Refuses to sort by a column both ways, as `cheapest` with the order `-price` asks for, and by what no offer has.
fn refuse_impossible(sort: &[SortKey], group_by: Option<GroupBy>) -> Result<(), DiscoveryError> {
    for (place, one) in sort.iter().enumerate() {
        let mut behind = sort.iter().skip(place + 1);
        let opposite = behind.find(|other| other.column == one.column && other.direction != one.direction);
        if let Some(other) = opposite {
            return Err(DiscoveryError::OppositeOrders { one: *one, other: *other });
        }
    }
    match sort.iter().find(|key| matches!(key.column, SortColumn::Group(_))) {
        Some(key) if group_by.is_none() => Err(DiscoveryError::OrderOfGroups { key: *key }),
        _ => Ok(()),
    }
}
