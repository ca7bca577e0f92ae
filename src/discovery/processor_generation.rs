//! Which generation of processors a family has, by the name that AWS's instance type pages give it.
//!
//! EC2's API says who makes a processor and not which one it is, hence this table. A family whose machines may have one
//! or another (m5 is Skylake or Cascade Lake) is not in it, nor one that AWS's pages leave open: of those it is not known.

/// A generation and the families that have it.
struct Generation {
    name: &'static str,
    /// Who makes it, in the catalog's spelling.
    maker: &'static str,
    families: &'static [&'static str],
}

/// Above each entry the pages of <https://docs.aws.amazon.com/ec2/latest/instancetypes/> that name its processors: by the
/// generation, or, of EPYC, by a model and a count of generations (7R32, the second, is Rome; 7R13, the third, Milan; 9R14,
/// the fourth, Genoa; the fifth is Turin), and Intel's Xeon 6 is Granite Rapids.
const TABLE: &[Generation] = &[
    // gp.html
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
    // co.html, hpc.html
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
    // gp.html
    Generation { name: "Graviton5", maker: "AWS", families: &["m9g"] },
    // gp.html, mo.html, so.html, ac.html
    Generation {
        name: "Cascade Lake",
        maker: "Intel",
        families: &[
            "d3", "d3en", "g4dn", "inf1", "m5dn", "m5n", "m5zn", "p4d", "p4de", "r5b", "r5dn", "r5n",
            "x2iezn",
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
            "u7i-12tb",
            "u7in-16tb",
            "u7in-24tb",
            "u7in-32tb",
        ],
    },
    // so.html, ac.html
    Generation { name: "Emerald Rapids", maker: "Intel", families: &["i7i", "i7ie", "p6-b200", "p6-b300"] },
    // gp.html, co.html, mo.html
    Generation {
        name: "Granite Rapids",
        maker: "Intel",
        families: &["c8i", "c8i-flex", "c8id", "m8i", "m8i-flex", "m8id", "r8i", "r8i-flex", "r8id", "x8i"],
    },
    // co.html, ac.html
    Generation { name: "Rome", maker: "AMD", families: &["c5a", "c5ad", "g4ad", "g5"] },
    // gp.html, co.html, mo.html, ac.html, hpc.html
    Generation {
        name: "Milan",
        maker: "AMD",
        families: &["c6a", "f2", "g6", "g6e", "gr6", "hpc6a", "inf2", "m6a", "p5", "p5e", "r6a"],
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::Catalog;

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
    fn the_generation_agrees_with_the_maker_of_the_catalog() {
        for one in Catalog::embedded().types() {
            if let Some(generation) = TABLE.iter().find(|entry| entry.families.contains(&one.family())) {
                assert_eq!(one.processor_maker(), Some(generation.maker), "{}", one.name());
            }
        }
    }
}
