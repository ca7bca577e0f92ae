//! Which feed a file is: any bytes are one kind, none, or refused, and the parser of the kind reads or refuses them.
#![no_main]

use cloudkit::catalog::feeds::{
    FeedKind, identify, interruption, locations, on_demand, on_demand_index, spot_price,
};
use cloudkit_fuzz::LIMIT;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(identified)) = identify(bytes, LIMIT) {
        assert!(identified.text.len() <= LIMIT);
        // What it is said to be decides who reads it.
        let _ = match identified.kind {
            FeedKind::SpotPrice => spot_price::parse(&identified.text).map(|_| ()),
            FeedKind::Interruption => interruption::parse(&identified.text).map(|_| ()),
            FeedKind::OnDemand => on_demand::parse(&identified.text).map(|_| ()),
            FeedKind::OnDemandIndex => on_demand_index::parse(&identified.text).map(|_| ()),
            FeedKind::Locations => locations::parse(&identified.text).map(|_| ()),
        };
    }
});
