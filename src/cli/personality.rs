//! The four names that the binary goes by.
//!
//! The name is rewritten into a subcommand and one parser does the rest, so that help, version and global flags are the
//! same either way. The match is exact: a file called `relaunch` is not `launch`.

use std::ffi::OsString;
use std::path::Path;

const NAMES: [(&str, &str); 8] = [
    ("truffle", "find"),
    ("cloudkit-find", "find"),
    ("spawn", "launch"),
    ("cloudkit-launch", "launch"),
    ("spawnd", "agent"),
    ("cloudkit-agent", "agent"),
    ("spot-deployer", "deploy"),
    ("cloudkit-deploy", "deploy"),
];

/// The arguments with the name of a personality turned into its subcommand.
pub(super) fn rewrite(arguments: &[OsString]) -> Vec<OsString> {
    let mut rewritten = vec![OsString::from("cloudkit")];
    rewritten.extend(arguments.first().and_then(|name| subcommand(Path::new(name))).map(OsString::from));
    rewritten.extend(arguments.iter().skip(1).cloned());
    rewritten
}

/// The subcommand that a program's name stands for.
pub(super) fn subcommand(program: &Path) -> Option<&'static str> {
    let name = program.file_name()?.to_str()?;
    let name = name.strip_suffix(".exe").unwrap_or(name);
    NAMES.iter().find(|(personality, _)| *personality == name).map(|(_, subcommand)| *subcommand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_subcommand_and_nothing_else_is() {
        for (program, expected) in [
            ("/usr/bin/truffle", Some("find")),
            ("spawn", Some("launch")),
            ("./spawnd", Some("agent")),
            ("spot-deployer.exe", Some("deploy")),
            ("cloudkit", None),
            ("cloudkit-v1.2", None),
            ("relaunch", None),
            ("respawn", None),
        ] {
            assert_eq!(subcommand(Path::new(program)), expected, "{program}");
        }
        let rewritten = rewrite(&["/x/truffle".into(), "search".into()]);
        assert_eq!(rewritten, ["cloudkit", "find", "search"]);
        assert_eq!(rewrite(&[]), ["cloudkit"]);
    }
}
