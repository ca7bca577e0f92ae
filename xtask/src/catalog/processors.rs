//! What AWS's price list calls the processors of a family, as the package has it: a fact to hold a table against.
//!
//! The file is Python; the lines that are read have had one form since a program began to write them.

use std::collections::BTreeSet;

use super::CatalogError;
use super::packages::Package;

/// The file of the package that is read.
pub(super) const FILE: &str = "libcloud/compute/constants/ec2_instance_types.py";

/// The file's bytes: a line for each processor of each family.
pub(super) fn write(libcloud: &Package) -> Result<Vec<u8>, CatalogError> {
    let bytes = libcloud.file(FILE)?;
    let text = str::from_utf8(&bytes).map_err(|error| CatalogError::shape(FILE, &error))?;
    let rows = rows(text);
    if rows.is_empty() {
        return Err(CatalogError::shape(FILE, &"it names no processor"));
    }
    let rows = rows.into_iter().map(|(family, processor)| format!("{family},{processor}\n"));
    Ok(["family,physical_processor\n".to_owned()].into_iter().chain(rows).collect::<String>().into_bytes())
}

/// Families and processors.
fn rows(text: &str) -> BTreeSet<(&str, &str)> {
    let mut instance_type = None;
    let mut rows = BTreeSet::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("    \"").and_then(|rest| rest.strip_suffix("\": {")) {
            instance_type = name.split_once('.');
        }
        let attribute = line.trim_start().strip_prefix("\"physicalProcessor\": \"");
        if let (Some((family, _)), Some(rest)) = (instance_type, attribute)
            && let Some(processor) = rest.strip_suffix("\",")
        {
            rows.insert((family, processor));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_belongs_to_the_family_of_the_type_above_it() {
        let text = r#"INSTANCE_TYPES = {
    "a1.large": {
        "extra": {
            "physicalProcessor": "AWS Graviton Processor",
        },
    },
    "m4.16xlarge": {
        "extra": {
            "physicalProcessor": "Intel Xeon E5-2686 v4 (Broadwell)",
        },
    },
}
"#;
        let expected = [("a1", "AWS Graviton Processor"), ("m4", "Intel Xeon E5-2686 v4 (Broadwell)")];
        assert_eq!(rows(text), BTreeSet::from(expected));
    }
}
