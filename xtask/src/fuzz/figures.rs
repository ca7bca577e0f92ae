//! What a run of libFuzzer came to, read from what it prints.
//! It judges nothing: a run that counted no coverage has no figures.

/// Above the lines.
pub(super) const HEADING: &str =
    "target                executions   per second    covered  of counters   features     corpus";

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// Files that were tried.
    executions: u64,
    per_second: u64,
    /// Places in the program that were reached, of all that are counted.
    covered: u64,
    counters: u64,
    /// Places, each with how often it was reached, in classes.
    features: u64,
    /// Files that each reach something that no other does.
    corpus: u64,
}

impl Figures {
    pub(super) fn line(&self, target: &str) -> String {
        let Self { executions, per_second, covered, counters, features, corpus } = self;
        format!(
            "{target:<20} {executions:>11} {per_second:>12} {covered:>10} {counters:>12} {features:>10} {corpus:>10}"
        )
    }
}

/// Reads the lines `INFO: Loaded 1 modules (5551 inline 8-bit counters)`, `#120 DONE cov: 17 ft: 42 corp: 9/80b …` and
/// `stat::average_exec_per_sec: 60`.
pub(super) fn read(log: &str) -> Option<Figures> {
    let done = log.lines().find(|line| line.split_whitespace().nth(1) == Some("DONE"))?;
    let after = |name: &str| number(done.split_once(name)?.1);
    let loaded = log.lines().find(|line| line.contains("inline 8-bit counters"))?;
    let per_second = log.lines().find_map(|line| line.strip_prefix("stat::average_exec_per_sec:"))?;
    Some(Figures {
        executions: number(done.strip_prefix('#')?)?,
        per_second: number(per_second)?,
        covered: after("cov:")?,
        counters: number(loaded.split_once('(')?.1)?,
        features: after("ft:")?,
        corpus: after("corp:")?,
    })
}

/// The number that a text begins with.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    text.get(..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "INFO: Loaded 1 modules   (55 inline 8-bit counters): 55 [0x56, 0x57), \n\
                       #4\tINITED cov: 4 ft: 6 corp: 3/7b exec/s: 0 rss: 28Mb\n\
                       #120\tDONE   cov: 17 ft: 42 corp: 9/80b lim: 11 exec/s: 60 rss: 30Mb\n\
                       Done 120 runs in 2 second(s)\n\
                       stat::average_exec_per_sec:     60\n";

    #[test]
    fn a_log_has_figures() {
        let figures = read(LOG).unwrap();
        let line =
            "identify                     120           60         17           55         42          9";
        assert_eq!(figures.line("identify"), line);
        assert_eq!(HEADING.len(), line.len());
    }

    #[test]
    fn a_run_without_coverage_has_none() {
        assert_eq!(read(&LOG.replace("cov: 17 ", "")), None);
        assert_eq!(read(&LOG.replace("inline 8-bit counters", "")), None);
        assert_eq!(read(""), None);
    }
}
