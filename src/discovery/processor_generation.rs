//! Which generation of processors a family has, in AWS's words.
//!
//! EC2's API says who makes a processor and not which one it is, hence this table. A family whose machines may have one
//! or another (m5 is Skylake or Cascade Lake) is not in it, nor one of which AWS names a model (c5n) or a brand (g7, t8i)
//! and no generation: of those it is not known.
//!
//! Held in November 2026 against
//!
//! * the column "Processor" of the pages of <https://docs.aws.amazon.com/ec2/latest/instancetypes/>, named below by their
//!   files. They name the generation, or, of EPYC, a model: 7R32 is of the second generation, Rome, 7R13 of the third,
//!   Milan, 9R14 of the fourth, Genoa, 9R45 and 9R05 of the fifth, Turin;
//! * the EC2 user guide as its public repositories have it (<https://github.com/awsdocs/amazon-ec2-user-guide> and
//!   `amazon-ec2-user-guide-windows`, `doc_source/*-instances.md`, "use the following processors"), for older families;
//! * `physicalProcessor` of AWS's price list, which a test compares with this table.

/// A generation and the families that have it.
struct Generation {
    name: &'static str,
    /// Who makes it, in the catalog's spelling.
    maker: &'static str,
    families: &'static [&'static str],
}

/// Above each entry where AWS says so.
const TABLE: &[Generation] = &[
    // pg.html
    Generation { name: "Graviton", maker: "AWS", families: &["a1"] },
    // gp.html, co.html, mo.html, so.html, ac.html
    Generation {
        name: "Graviton2",
        maker: "AWS",
        families: &[
            "c6g", "c6gd", "c6gn", "g5g", "i4g", "im4gn", "is4gen", "m6g", "m6gd", "r6g", "r6gd", "t4g",
            "x2gd",
        ],
    },
    // gp.html, co.html, mo.html
    Generation { name: "Graviton3", maker: "AWS", families: &["c7g", "c7gd", "m7g", "m7gd", "r7g", "r7gd"] },
    // co.html, hpc.html; the price list says Graviton3
    Generation { name: "Graviton3E", maker: "AWS", families: &["c7gn", "hpc7g"] },
    // gp.html, co.html, mo.html, so.html
    Generation {
        name: "Graviton4",
        maker: "AWS",
        families: &[
            "c8g", "c8gb", "c8gd", "c8gn", "i8g", "i8ge", "m8g", "m8gb", "m8gd", "m8gn", "r8g", "r8gb",
            "r8gd", "r8gn", "x8g",
        ],
    },
    // gp.html; of C9g and R9g the announcements of 2026-06-30 and 2026-08-31:
    // <https://aws.amazon.com/about-aws/whats-new/2026/06/ec2-c9g-c9gd-instances-graviton5-processors-available/>,
    // <https://aws.amazon.com/about-aws/whats-new/2026/08/amazon-ec2-r9g-and-r9gd-memory-optimized-instances-are-now-available/>
    Generation { name: "Graviton5", maker: "AWS", families: &["c9g", "c9gd", "m9g", "m9gd", "r9g", "r9gd"] },
    // the price list
    Generation { name: "Ivy Bridge", maker: "Intel", families: &["c3", "i2", "r3"] },
    // mo.html and the user guide; of C4 the price list
    Generation { name: "Haswell", maker: "Intel", families: &["c4", "d2", "x1", "x1e"] },
    // so.html, pg.html and the user guide
    Generation { name: "Broadwell", maker: "Intel", families: &["g3", "h1", "i3", "p3", "r4"] },
    // the user guide; of High Memory the price list
    Generation {
        name: "Skylake",
        maker: "Intel",
        families: &["p3dn", "u-12tb1", "u-3tb1", "u-6tb1", "u-9tb1", "z1d"],
    },
    // ac.html and the user guide; of M5dn, R5dn, Inf1 and High Memory the price list, which calls the 8275CL of P4 and
    // DL1 Cascade Lake too
    Generation {
        name: "Cascade Lake",
        maker: "Intel",
        families: &[
            "d3", "d3en", "dl1", "dl2q", "g4dn", "inf1", "m5dn", "m5n", "m5zn", "p4d", "p4de", "r5b", "r5dn",
            "r5n", "u-18tb1", "u-24tb1", "vt1", "x2iezn",
        ],
    },
    // gp.html, co.html, mo.html, so.html, ac.html, hpc.html
    Generation {
        name: "Ice Lake",
        maker: "Intel",
        families: &[
            "c6i", "c6id", "c6in", "hpc6id", "i4i", "m6i", "m6id", "m6idn", "m6in", "r6i", "r6id", "r6idn",
            "r6in", "trn1", "trn1n", "x2idn", "x2iedn",
        ],
    },
    // gp.html, co.html, mo.html, ac.html
    Generation {
        name: "Sapphire Rapids",
        maker: "Intel",
        families: &[
            "c7i",
            "c7i-flex",
            "m7i",
            "m7i-flex",
            "p5en",
            "r7i",
            "r7iz",
            "trn2",
            "trn2u",
            "u7i-12tb",
            "u7i-6tb",
            "u7i-8tb",
            "u7in-16tb",
            "u7in-24tb",
            "u7in-32tb",
            "u7inh-32tb",
        ],
    },
    // so.html, ac.html
    Generation {
        name: "Emerald Rapids",
        maker: "Intel",
        families: &["g7e", "i7i", "i7ie", "p6-b200", "p6-b300"],
    },
    // gp.html, co.html, mo.html
    Generation {
        name: "Granite Rapids",
        maker: "Intel",
        families: &[
            "c8i", "c8i-flex", "c8ib", "c8id", "c8in", "c8ine", "m8i", "m8i-flex", "m8ib", "m8id", "m8idb",
            "m8idn", "m8in", "m8ine", "r8i", "r8i-flex", "r8ib", "r8id", "r8idb", "r8idn", "r8in", "x8i",
        ],
    },
    // co.html, ac.html
    Generation { name: "Rome", maker: "AMD", families: &["c5a", "c5ad", "g4ad", "g5"] },
    // gp.html, co.html, mo.html, ac.html, hpc.html; of Gr6 the price list says 7R32
    Generation {
        name: "Milan",
        maker: "AMD",
        families: &[
            "c6a", "f2", "g6", "g6e", "g6f", "gr6", "gr6f", "hpc6a", "inf2", "m6a", "p5", "p5e", "r6a",
        ],
    },
    // gp.html, co.html, mo.html, hpc.html
    Generation { name: "Genoa", maker: "AMD", families: &["c7a", "hpc7a", "m7a", "r7a"] },
    // gp.html, co.html, mo.html, hpc.html
    Generation { name: "Turin", maker: "AMD", families: &["c8a", "hpc8a", "m8a", "m8azn", "r8a", "x8aedz"] },
];

/// The generation of a family's processors, where it is known.
pub(super) fn of(family: &str) -> Option<&'static str> {
    TABLE.iter().find(|generation| generation.families.contains(&family)).map(|generation| generation.name)
}

/// Whether somebody makes a generation that is wanted: an AMD processor that is not in the table is no Ice Lake all the same.
pub(super) fn is_made_by(maker: Option<&str>, wanted: &dyn Fn(&str) -> bool) -> bool {
    TABLE
        .iter()
        .any(|generation| maker.is_none_or(|maker| maker == generation.maker) && wanted(generation.name))
}

/// The name of every generation.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|generation| generation.name)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::label::normalised;
    use super::*;
    use crate::catalog::Catalog;
    use crate::model::Architecture;

    /// What AWS's price list calls the processors of each family.
    const PRICE_LIST: &str = include_str!("../catalog/embedded.processors.csv");

    /// What the price list says of families of which AWS says something else elsewhere; of T3 that it is Skylake or Cascade
    /// Lake.
    const OTHERWISE: [(&str, &str); 4] =
        [("c7gn", "Graviton3"), ("gr6", "Rome"), ("hpc7g", "Graviton3"), ("t3", "Skylake")];

    const EPYC_MODELS: [(&str, &str); 5] =
        [("7R32", "Rome"), ("7R13", "Milan"), ("9R14", "Genoa"), ("9R45", "Turin"), ("9R05", "Turin")];

    #[test]
    fn a_family_has_one_generation() {
        let mut seen = BTreeSet::new();
        for generation in TABLE {
            assert!(generation.families.is_sorted(), "{}", generation.name);
            for family in generation.families {
                assert!(seen.insert(family), "{family}");
            }
        }
    }

    #[test]
    fn the_generation_agrees_with_the_maker_and_the_architecture_of_the_catalog() {
        for one in Catalog::embedded().types() {
            if let Some(generation) = TABLE.iter().find(|entry| entry.families.contains(&one.family())) {
                assert_eq!(one.processor_maker(), Some(generation.maker), "{}", one.name());
                let is_arm = one.architectures().any(|architecture| architecture == Architecture::Arm64);
                assert_eq!(is_arm, generation.maker == "AWS", "{}", one.name());
            }
        }
    }

    #[test]
    fn the_generation_agrees_with_the_price_list() {
        let mut listed: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        for row in PRICE_LIST.lines().skip(1) {
            let (family, processor) = row.split_once(',').unwrap();
            listed.entry(family).or_default().insert(named_in(processor));
        }
        let catalog = Catalog::embedded();
        let mut otherwise = Vec::new();
        for (family, generations) in listed {
            let [Some(generation)] = generations.into_iter().collect::<Vec<_>>()[..] else { continue };
            let known = of(family);
            if known == Some(generation) {
                continue;
            }
            if known.is_some() || catalog.types().any(|one| one.family() == family) {
                otherwise.push((family, generation));
            }
        }
        assert_eq!(otherwise, OTHERWISE);
    }

    /// The one generation that a processor of the price list is named by.
    fn named_in(processor: &str) -> Option<&'static str> {
        let text = normalised(processor);
        let model = EPYC_MODELS.iter().find(|(model, _)| processor.contains(model)).map(|(_, name)| *name);
        let named = names().filter(|name| text.contains(&normalised(name))).max_by_key(|name| name.len());
        // `Ivy Bridge/Sandy Bridge` is one or the other.
        model.or(named).filter(|_| !processor.contains('/'))
    }
}
