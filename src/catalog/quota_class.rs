//! Which vCPU quota of an account a machine is charged to: by its family and its market.
//!
//! The table is `table.rs`; what an account's limits are, and how much of them is used, is not known here. A family that the
//! table does not name has no class: nothing is derived from its letters.

mod table;

use super::nearest;
use crate::model::{Market, name};

pub use table::{BLOCK_QUOTAS, CLASSES, QUOTAS};

/// A quota of vCPUs that may run at once in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VcpuQuota {
    /// What people call it: `standard`, `g`, `p5`; the same word may name an on-demand and a spot quota.
    pub class: &'static str,
    /// On demand or spot.
    pub market: Market,
    /// Its code at Service Quotas, `L-1216C47A`; none where AWS's documentation does not name it.
    pub code: Option<&'static str>,
    /// What Service Quotas calls it.
    pub name: Option<&'static str>,
}

/// Families whose machines are charged alike.
#[derive(Debug, Clone, Copy)]
pub struct FamilyClass {
    /// The families: what stands before the dot of a type's name.
    pub families: &'static [&'static str],
    /// What their machines on demand are charged to.
    pub on_demand: Option<&'static VcpuQuota>,
    /// What their spot machines are charged to; none where they are not sold so.
    pub spot: Option<&'static VcpuQuota>,
    /// Why there is no quota of vCPUs for them, where there is none.
    pub why_none: Option<&'static str>,
}

impl FamilyClass {
    /// The class of a family, where the table names it.
    #[must_use]
    pub fn of_family(family: &str) -> Option<&'static Self> {
        CLASSES.iter().find(|class| class.families.contains(&family))
    }

    /// The class of an instance type, where the table names its family.
    #[must_use]
    pub fn of_type(instance_type: &str) -> Option<&'static Self> {
        Self::of_family(name::family(instance_type))
    }

    /// What a machine is charged to in a market; reservations and capacity blocks have no quota of vCPUs of their own.
    #[must_use]
    pub const fn quota(&self, market: Market) -> Option<&'static VcpuQuota> {
        match market {
            Market::OnDemand => self.on_demand,
            Market::Spot => self.spot,
            Market::CapacityBlock | Market::Reservation => None,
        }
    }
}

/// The code of the quota of machines of a family in capacity blocks, where AWS's documentation names it.
#[must_use]
pub fn block_quota(family: &str) -> Option<&'static str> {
    BLOCK_QUOTAS.iter().find(|(families, _)| families.contains(&family)).map(|(_, code)| *code)
}

/// A word that names no quota of vCPUs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuota {
    /// There is none for such machines.
    #[error("there is no vCPU quota for {asked}: {why}")]
    None {
        /// What was asked for.
        asked: String,
        /// Why there is none.
        why: &'static str,
    },
    /// Neither a class nor a family of the table.
    #[error("{asked:?} is neither a class of quotas nor a known family{}", or_nearest(nearest))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// The words nearest to it, nearest first.
        nearest: Vec<&'static str>,
    },
}

fn or_nearest(nearest: &[&str]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; near it: {}", nearest.join(", ")) }
}

/// The quotas of a class (`g`, `p`), of a family (`g6`) or of a type (`g6.xlarge`), in the order of [`QUOTAS`].
///
/// # Errors
/// Where there is none, or the word is not known.
pub fn quotas_named(word: &str) -> Result<Vec<&'static VcpuQuota>, NoQuota> {
    let word = word.trim().to_ascii_lowercase();
    let family = name::family(&word);
    let is_meant = |class: &&FamilyClass| {
        let words = [class.on_demand, class.spot].into_iter().flatten().map(|quota| quota.class);
        class.families.contains(&family) || words.into_iter().any(|class| class == word)
    };
    let meant: Vec<&FamilyClass> = CLASSES.iter().filter(is_meant).collect();
    if let Some(why) = meant.iter().find_map(|class| class.why_none) {
        return Err(NoQuota::None { asked: word, why });
    }
    if meant.is_empty() {
        let families = CLASSES.iter().flat_map(|class| class.families).copied();
        let nearest = nearest(family, QUOTAS.iter().map(|quota| quota.class).chain(families));
        return Err(NoQuota::Unknown { asked: word, nearest });
    }
    let charged = |quota: &&VcpuQuota| {
        meant.iter().any(|class| class.on_demand == Some(quota) || class.spot == Some(quota))
    };
    Ok(QUOTAS.into_iter().filter(charged).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{Catalog, InstanceType};

    fn codes(family: &str) -> (Option<&str>, Option<&str>) {
        let class = FamilyClass::of_family(family).unwrap_or_else(|| panic!("{family}"));
        (class.on_demand.and_then(|quota| quota.code), class.spot.and_then(|quota| quota.code))
    }

    #[test]
    fn every_family_of_the_catalog_has_one_class() {
        let families: BTreeSet<&str> = Catalog::embedded().types().map(InstanceType::family).collect();
        for family in families {
            let classes = CLASSES.iter().filter(|class| class.families.contains(&family)).count();
            assert_eq!(classes, 1, "give {family} one row of src/catalog/quota_class/table.rs");
        }
    }

    #[test]
    fn no_family_and_no_code_is_there_twice() {
        let families: Vec<&str> = CLASSES.iter().flat_map(|class| class.families).copied().collect();
        assert_eq!(families.iter().collect::<BTreeSet<_>>().len(), families.len());
        let codes: Vec<&str> = QUOTAS.iter().filter_map(|quota| quota.code).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        let words: BTreeSet<_> = QUOTAS.iter().map(|quota| (quota.class, quota.market)).collect();
        assert_eq!(words.len(), QUOTAS.len());
    }

    #[test]
    fn a_family_in_capacity_blocks_has_one_quota_of_its_own() {
        let families: Vec<&str> = BLOCK_QUOTAS.iter().flat_map(|(families, _)| *families).copied().collect();
        assert_eq!(families.iter().collect::<BTreeSet<_>>().len(), families.len());
        assert!(families.iter().all(|family| FamilyClass::of_family(family).is_some()));
        assert!(BLOCK_QUOTAS.iter().all(|(_, code)| QUOTAS.iter().all(|quota| quota.code != Some(code))));
        assert_eq!((block_quota("p5"), block_quota("p6-b200")), (Some("L-DA6814F2"), None));
    }

    #[test]
    fn every_quota_is_used_and_every_used_one_is_listed() {
        let used = |quota: &VcpuQuota| {
            CLASSES.iter().any(|class| class.on_demand == Some(quota) || class.spot == Some(quota))
        };
        assert!(QUOTAS.iter().all(|quota| used(quota)));
        for quota in CLASSES.iter().flat_map(|class| [class.on_demand, class.spot]).flatten() {
            assert!(QUOTAS.contains(&quota), "{quota:?}");
        }
    }

    #[test]
    fn families_whose_first_letter_misleads_are_in_their_class() {
        for family in ["g6", "gr6", "g6f", "vt1"] {
            assert_eq!(codes(family), (Some("L-DB2E81BA"), Some("L-3819A6DF")), "{family}");
        }
        for family in ["m7i", "im4gn", "is4gen", "t3", "i8g", "h1", "z1d", "c7i-flex"] {
            assert_eq!(codes(family), (Some("L-1216C47A"), Some("L-34B43A08")), "{family}");
        }
        assert_eq!(codes("trn2"), (Some("L-2C3B7624"), Some("L-6B0D517C")));
        assert_eq!(codes("inf2"), (Some("L-1945791B"), Some("L-B5D1601B")));
        assert_eq!(codes("dl2q"), (Some("L-6E869C2A"), Some("L-85EED4F7")));
        assert_eq!(codes("x8g"), (Some("L-7295265B"), Some("L-E3A00192")));
        assert_eq!(codes("f2"), (Some("L-74FC7D96"), Some("L-88CF9481")));
        assert_eq!(codes("hpc7a"), (Some("L-F7808C92"), None));
        assert_eq!(codes("u7i-12tb"), (Some("L-43DA4232"), None));
    }

    #[test]
    fn the_generations_of_p_share_one_quota_on_demand_and_have_their_own_on_spot() {
        assert_eq!(codes("p4d"), (Some("L-417A185B"), Some("L-7212CCBC")));
        assert_eq!(codes("p5en"), (Some("L-417A185B"), Some("L-C4BD4855")));
        assert_eq!(codes("p6-b200"), (Some("L-417A185B"), None));
        let class = FamilyClass::of_type("p6-b200.48xlarge").unwrap();
        assert_eq!(
            class.spot.map(|quota| quota.class),
            Some("p6"),
            "there is a quota, its code is not known"
        );
    }

    #[test]
    fn macs_have_no_quota_of_vcpus_and_say_why() {
        let class = FamilyClass::of_type("mac2-m2pro.metal").unwrap();
        assert_eq!((class.on_demand, class.spot), (None, None));
        assert!(class.why_none.unwrap().contains("dedicated hosts"));
        assert!(CLASSES.iter().all(|class| class.why_none.is_some() == class.on_demand.is_none()));
    }

    #[test]
    fn a_family_that_the_table_does_not_name_has_no_class() {
        assert!(FamilyClass::of_family("m99").is_none());
    }

    #[test]
    fn quotas_are_named_by_class_family_or_type() {
        let named = |word: &str| -> Vec<_> {
            quotas_named(word).unwrap().iter().map(|quota| (quota.class, quota.market)).collect()
        };
        use Market::{OnDemand, Spot};
        assert_eq!(named("g"), [("g", OnDemand), ("g", Spot)]);
        assert_eq!(named("VT1"), [("g", OnDemand), ("g", Spot)]);
        assert_eq!(named("p"), [("p", OnDemand), ("p2-p4", Spot), ("p5", Spot), ("p6", Spot)]);
        assert_eq!(named("p5"), [("p", OnDemand), ("p5", Spot)]);
        assert_eq!(named("p4d.24xlarge"), [("p", OnDemand), ("p2-p4", Spot)]);
        assert_eq!(named("hpc"), [("hpc", OnDemand)]);
        assert_eq!(named("standard"), named("m7i.large"));
        assert!(matches!(quotas_named("mac2.metal"), Err(NoQuota::None { .. })));
        let error = quotas_named("g99").unwrap_err();
        assert!(error.to_string().starts_with("\"g99\" is neither"), "{error}");
    }
}
