//! The table of quotas and families: data, and nothing else.
//!
//! Codes and classes are those of <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>.

use super::{FamilyClass, VcpuQuota};
use crate::model::Market::{self, OnDemand, Spot};

const fn quota(class: &'static str, market: Market, code: &'static str, name: &'static str) -> VcpuQuota {
    VcpuQuota { class, market, code: Some(code), name: Some(name) }
}

const STANDARD: VcpuQuota = quota(
    "standard",
    OnDemand,
    "L-1216C47A",
    "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
);
const STANDARD_SPOT: VcpuQuota =
    quota("standard", Spot, "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests");
const G: VcpuQuota = quota("g", OnDemand, "L-DB2E81BA", "Running On-Demand G and VT instances");
const G_SPOT: VcpuQuota = quota("g", Spot, "L-3819A6DF", "All G and VT Spot Instance Requests");
const P: VcpuQuota = quota("p", OnDemand, "L-417A185B", "Running On-Demand P instances");
const P2_TO_P4_SPOT: VcpuQuota =
    quota("p2-p4", Spot, "L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests");
const P5_SPOT: VcpuQuota = quota("p5", Spot, "L-C4BD4855", "All P5 Spot Instance Requests");
/// AWS's documentation does not say what spot machines of P6 are charged to.
const P6_SPOT: VcpuQuota = VcpuQuota { class: "p6", market: Spot, code: None, name: None };
const X: VcpuQuota = quota("x", OnDemand, "L-7295265B", "Running On-Demand X instances");
const X_SPOT: VcpuQuota = quota("x", Spot, "L-E3A00192", "All X Spot Instance Requests");
const F: VcpuQuota = quota("f", OnDemand, "L-74FC7D96", "Running On-Demand F instances");
const F_SPOT: VcpuQuota = quota("f", Spot, "L-88CF9481", "All F Spot Instance Requests");
const INF: VcpuQuota = quota("inf", OnDemand, "L-1945791B", "Running On-Demand Inf instances");
const INF_SPOT: VcpuQuota = quota("inf", Spot, "L-B5D1601B", "All Inf Spot Instance Requests");
const TRN: VcpuQuota = quota("trn", OnDemand, "L-2C3B7624", "Running On-Demand Trn instances");
const TRN_SPOT: VcpuQuota = quota("trn", Spot, "L-6B0D517C", "All Trn Spot Instance Requests");
const DL: VcpuQuota = quota("dl", OnDemand, "L-6E869C2A", "Running On-Demand DL instances");
const DL_SPOT: VcpuQuota = quota("dl", Spot, "L-85EED4F7", "All DL Spot Instance Requests");
const HPC: VcpuQuota = quota("hpc", OnDemand, "L-F7808C92", "Running On-Demand HPC instances");
const HIGH_MEMORY: VcpuQuota =
    quota("high-memory", OnDemand, "L-43DA4232", "Running On-Demand High Memory instances");

/// Every quota, in the order in which they are shown.
pub const QUOTAS: [&VcpuQuota; 20] = [
    &STANDARD,
    &STANDARD_SPOT,
    &G,
    &G_SPOT,
    &P,
    &P2_TO_P4_SPOT,
    &P5_SPOT,
    &P6_SPOT,
    &X,
    &X_SPOT,
    &F,
    &F_SPOT,
    &INF,
    &INF_SPOT,
    &TRN,
    &TRN_SPOT,
    &DL,
    &DL_SPOT,
    &HPC,
    &HIGH_MEMORY,
];

/// How many machines of some families an account may have in capacity blocks at once, by the code at Service Quotas. Each
/// counts machines and not vCPUs, and has one beside it for all accounts of an organization, which none of them can see.
pub const BLOCK_QUOTAS: [(&[&str], &str); 6] = [
    (&["p4d"], "L-2C8F52B3"),
    (&["p5"], "L-DA6814F2"),
    (&["p5e"], "L-C45F30BC"),
    (&["p5en"], "L-4F9BB70B"),
    (&["trn1"], "L-2E30FD7D"),
    (&["trn2"], "L-64569A79"),
];

const fn charged(
    families: &'static [&'static str],
    on_demand: &'static VcpuQuota,
    spot: Option<&'static VcpuQuota>,
) -> FamilyClass {
    FamilyClass { families, on_demand: Some(on_demand), spot, why_none: None }
}

/// Every family, older ones that are no longer sold included.
pub const CLASSES: [FamilyClass; 13] = [
    charged(
        &[
            "a1", "c1", "c3", "c4", "c5", "c5a", "c5ad", "c5d", "c5n", "c6a", "c6g", "c6gd", "c6gn", "c6i",
            "c6id", "c6in", "c7a", "c7g", "c7gd", "c7gn", "c7i", "c7i-flex", "c8a", "c8g", "c8gb", "c8gd",
            "c8gn", "c8i", "c8i-flex", "c8ib", "c8id", "c8in", "c8ine", "c9g", "c9gd", "cc2", "cr1", "d2",
            "d3", "d3en", "h1", "hs1", "i2", "i3", "i3en", "i4g", "i4i", "i7i", "i7ie", "i8g", "i8ge",
            "im4gn", "is4gen", "m1", "m2", "m3", "m4", "m5", "m5a", "m5ad", "m5d", "m5dn", "m5n", "m5zn",
            "m6a", "m6g", "m6gd", "m6i", "m6id", "m6idn", "m6in", "m7a", "m7g", "m7gd", "m7i", "m7i-flex",
            "m8a", "m8azn", "m8g", "m8gb", "m8gd", "m8gn", "m8i", "m8i-flex", "m8ib", "m8id", "m8idb",
            "m8idn", "m8in", "m8ine", "m9g", "m9gd", "r3", "r4", "r5", "r5a", "r5ad", "r5b", "r5d", "r5dn",
            "r5n", "r6a", "r6g", "r6gd", "r6i", "r6id", "r6idn", "r6in", "r7a", "r7g", "r7gd", "r7i", "r7iz",
            "r8a", "r8g", "r8gb", "r8gd", "r8gn", "r8i", "r8i-flex", "r8ib", "r8id", "r8idb", "r8idn",
            "r8in", "r9g", "r9gd", "t1", "t2", "t3", "t3a", "t4g", "t8i", "z1d",
        ],
        &STANDARD,
        Some(&STANDARD_SPOT),
    ),
    charged(
        &[
            "g2", "g3", "g3s", "g4ad", "g4dn", "g5", "g5g", "g6", "g6e", "g6f", "g7", "g7e", "gr6", "gr6f",
            "vt1",
        ],
        &G,
        Some(&G_SPOT),
    ),
    charged(&["p2", "p3", "p3dn", "p4d", "p4de"], &P, Some(&P2_TO_P4_SPOT)),
    charged(&["p5", "p5e", "p5en"], &P, Some(&P5_SPOT)),
    charged(&["p6-b200", "p6-b300", "p6e-gb200", "p6e-gb300"], &P, Some(&P6_SPOT)),
    charged(&["x1", "x1e", "x2gd", "x2idn", "x2iedn", "x2iezn", "x8aedz", "x8g", "x8i"], &X, Some(&X_SPOT)),
    charged(&["f1", "f2"], &F, Some(&F_SPOT)),
    charged(&["inf1", "inf2"], &INF, Some(&INF_SPOT)),
    charged(&["trn1", "trn1n", "trn2", "trn2u"], &TRN, Some(&TRN_SPOT)),
    charged(&["dl1", "dl2q"], &DL, Some(&DL_SPOT)),
    charged(&["hpc6a", "hpc6id", "hpc7a", "hpc7g", "hpc8a"], &HPC, None),
    charged(
        &[
            "u-3tb1",
            "u-6tb1",
            "u-9tb1",
            "u-12tb1",
            "u-18tb1",
            "u-24tb1",
            "u7i-6tb",
            "u7i-8tb",
            "u7i-12tb",
            "u7in-16tb",
            "u7in-24tb",
            "u7in-32tb",
            "u7inh-32tb",
        ],
        &HIGH_MEMORY,
        None,
    ),
    FamilyClass {
        families: &[
            "mac1",
            "mac2",
            "mac2-m1ultra",
            "mac2-m2",
            "mac2-m2pro",
            "mac-m3ultra",
            "mac-m4",
            "mac-m4max",
            "mac-m4pro",
        ],
        on_demand: None,
        spot: None,
        why_none: Some("Mac machines run on dedicated hosts, whose number has quotas of its own"),
    },
];
