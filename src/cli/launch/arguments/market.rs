//! The flags that say how a machine is bought, and how they become the markets of a wish.
//!
//! What is held or costs how much is not looked up here.

use clap::{ArgGroup, Args};

use crate::cli::command_error::CommandError;
use crate::model::{Market, Money, NotAValue, Span};
use crate::provision::wish::{WishedMachine, WishedReservation};

/// EC2 takes only more than this: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html>
const LEAST_MAX_PRICE: Money = Money::from_micros(1_000);

#[derive(Debug, Args)]
#[command(next_help_heading = "Market", group = ArgGroup::new("market").multiple(false))]
pub(in crate::cli::launch) struct MarketArguments {
    /// Launch a spot machine, by a one-time request: cheaper, and EC2 may take it back with two minutes' notice
    #[arg(long, group = "market", requires = "instance_type")]
    pub(in crate::cli::launch) spot: bool,
    /// The most that a spot machine may cost in US dollars an hour [default: the price on demand]
    #[arg(long, value_name = "USD", value_parser = max_price)]
    pub(in crate::cli::launch) max_price: Option<Money>,
    /// Launch into a capacity reservation of the account: this one, or any that fits
    #[arg(long, value_name = "ID", num_args = 0..=1, group = "market", requires = "instance_type",
        value_parser = reservation_id)]
    pub(in crate::cli::launch) use_reservation: Option<Option<String>>,
    /// Launch into a capacity block of the account; EC2 ends the machine 30 minutes before the block ends
    #[arg(long, value_name = "ID", group = "market", requires = "instance_type", value_parser = reservation_id)]
    pub(in crate::cli::launch) capacity_block: Option<String>,
    /// Where none can be had as asked, launch in this market, at its own price: on-demand
    #[arg(long, value_name = "MARKET", value_parser = ["on-demand"])]
    pub(in crate::cli::launch) fallback: Option<String>,
    /// Where none can be had, keep trying this long, such as 2h
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli::launch) wait_for_capacity: Option<Span>,
}

fn max_price(text: &str) -> Result<Money, NotAValue> {
    let price: Money = text.parse()?;
    if price > LEAST_MAX_PRICE {
        return Ok(price);
    }
    Err(NotAValue {
        text: text.to_owned(),
        expected: "a price of more than 0.001 US dollars an hour, such as 0.25",
    })
}

fn reservation_id(text: &str) -> Result<String, NotAValue> {
    let digits = text.strip_prefix("cr-").unwrap_or_default();
    if digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    Err(NotAValue {
        text: text.to_owned(),
        expected: "the id of a reservation such as cr-0123456789abcdef0; see cloudkit find capacity --reservations",
    })
}

impl MarketArguments {
    /// The market of machines that were named by flags, and the reservation.
    pub(in crate::cli::launch) fn named(&self) -> (Market, Option<WishedReservation>) {
        match (&self.use_reservation, &self.capacity_block) {
            (Some(id), _) => {
                let held = id.clone().map_or(WishedReservation::Any, WishedReservation::Named);
                (Market::Reservation, Some(held))
            }
            (None, Some(id)) => (Market::CapacityBlock, Some(WishedReservation::Named(id.clone()))),
            (None, None) if self.spot => (Market::Spot, None),
            (None, None) => (Market::OnDemand, None),
        }
    }

    /// The wished machines with the highest price, and what may be launched instead of them behind them.
    pub(in crate::cli::launch) fn complete(
        &self,
        mut machines: Vec<WishedMachine>,
    ) -> Result<Vec<WishedMachine>, CommandError> {
        if let Some(price) = self.max_price {
            let spot = || machines.iter().any(|machine| machine.market == Market::Spot);
            if !spot() {
                let error = CommandError::usage("--max-price is for spot machines, and none is asked for");
                return Err(error.hint("ask for one: --spot"));
            }
            machines.iter_mut().for_each(|machine| {
                machine.max_price = Some(price).filter(|_| machine.market == Market::Spot);
            });
        }
        if self.fallback.is_some() {
            add_on_demand(&mut machines)?;
        }
        Ok(machines)
    }
}

/// Puts each machine of another market behind all of them as one on demand.
fn add_on_demand(machines: &mut Vec<WishedMachine>) -> Result<(), CommandError> {
    let on_demand = |machine: &WishedMachine| WishedMachine {
        // The zone of a spot machine was wished for; that of a reservation came with it.
        zones: if machine.market == Market::Spot { machine.zones.clone() } else { Vec::new() },
        market: Market::OnDemand,
        max_price: None,
        reservation: None,
        price: None,
        ..machine.clone()
    };
    let others: Vec<WishedMachine> =
        machines.iter().filter(|machine| machine.market != Market::OnDemand).map(on_demand).collect();
    if others.is_empty() {
        let error = CommandError::usage("--fallback on-demand changes nothing: all is asked for on demand");
        return Err(error.hint("ask for a spot machine first: --spot --fallback on-demand"));
    }
    for machine in others {
        let is_there = machines.iter().any(|other| WishedMachine { price: None, ..other.clone() } == machine);
        if !is_there {
            machines.push(machine);
        }
    }
    Ok(())
}
