//! How many machines are wanted, how few will do, and what each of them is called.
//!
//! Whether so many can be had is the plan's to find out.

/// The place of a machine's number in a name.
pub const INDEX: &str = "{index}";

/// How many machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many are wanted.
    pub wanted: u32,
    /// With fewer there are to be none.
    pub least: u32,
}

impl Default for Count {
    fn default() -> Self {
        Self { wanted: 1, least: 1 }
    }
}

impl Count {
    /// Whether more than one is wanted.
    #[must_use]
    pub const fn is_several(self) -> bool {
        self.wanted > 1
    }
}

/// What the machine of a number, counted from 1, is called: the number stands where the name says `{index}`, and of several
/// machines behind a name that does not.
#[must_use]
pub fn name_of(name: &str, number: u32, count: Count) -> String {
    let number = number.to_string();
    if name.contains(INDEX) {
        name.replace(INDEX, &number)
    } else if count.is_several() {
        format!("{name}-{number}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_machines_has_a_name_of_its_own() {
        let (one, five) = (Count::default(), Count { wanted: 5, least: 3 });
        assert_eq!(name_of("trainer", 1, one), "trainer");
        assert_eq!(name_of("trainer", 3, five), "trainer-3");
        assert_eq!(name_of("node-{index}.lab", 3, five), "node-3.lab");
        assert_eq!(name_of("node-{index}.lab", 1, one), "node-1.lab");
    }
}
