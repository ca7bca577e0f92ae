//! What a machine's agent, and the jobs of its user, say of themselves: the question, and how the answer is read.
//!
//! Who carries the question to the machine is not known here.

use serde::Serialize;
use serde_json::Value;

use crate::aws::types::{Machine, MachineState};
use crate::model::tag;

/// The question, as the shell of any login user reads it, and as Session Manager's agent splits it into words. It changes
/// nothing and needs no right of root.
pub const QUESTION: &str = concat!(
    r"sh -c 'echo cloudkit-answer; ",
    r"/usr/local/bin/cloudkit agent status -o json 2>&1; echo cloudkit-ended $?; ",
    r"for file in /run/cloudkit/agent-install-failed /var/lib/cloudkit/user/failure /var/lib/cloudkit/user/status/*; ",
    r#"do [ ! -f "$file" ] || printf "cloudkit-file\t%s\t%s\n" "$file" "$(head -n 1 "$file" 2>/dev/null)"; done; "#,
    r"echo cloudkit-end'"
);

const BEGIN: &str = "cloudkit-answer";
const ENDED: &str = "cloudkit-ended ";
const FILE: &str = "cloudkit-file\t";
const END: &str = "cloudkit-end";
const INSTALL_FAILED: &str = "/run/cloudkit/agent-install-failed";
const JOBS_FAILED: &str = "/var/lib/cloudkit/user/failure";
const JOBS: &str = "/var/lib/cloudkit/user/status/";
/// What stands for a file that the login user may not read.
const UNREADABLE: &str = "root alone may read it";
/// What a shell ends with where there is no such program, or it can't be run.
const NO_PROGRAM: [&str; 2] = ["127", "126"];

/// What is known of a machine's agent, and by which way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AgentWord {
    /// The way that it came; absent where nothing came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// How the agent is, where the machine was asked.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// What it last wrote into its tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Why the machine could not be asked, way by way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<NotAsked>,
}

/// A way to what an agent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The machine was asked by SSH.
    Ssh,
    /// It was asked by Session Manager.
    SessionManager,
    /// Its tag was read, which may be old.
    Tag,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Ssh => "ssh",
            Self::SessionManager => "Session Manager",
            Self::Tag => "its tag",
        })
    }
}

/// A way that led to no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAsked {
    /// The way.
    pub way: Way,
    /// Why it did not.
    pub because: String,
}

/// What a machine answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// How its agent is.
    pub agent: AgentNow,
    /// What became of its user's scripts and commands, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Why none of them was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs_failure: Option<String>,
}

/// How an agent is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum AgentNow {
    /// It runs, and says this: the document of `cloudkit agent status`, of whichever version.
    Running {
        /// The document.
        status: Value,
    },
    /// It is installed and does not run, or can't tell.
    Silent {
        /// In its own words.
        because: String,
    },
    /// It is not installed.
    Missing {
        /// Why its installation failed, where it was tried.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
}

/// A script or command that a user gave the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its name, `001-script-setup.sh`.
    pub name: String,
    /// `waiting`, `running`, `exit 0`, or why it was not run.
    pub state: String,
}

impl AgentWord {
    /// What is known without asking the machine: its tag, if it has written one.
    #[must_use]
    pub fn of_tag(machine: &Machine) -> Self {
        let tag = machine.tag(tag::STATUS).map(str::to_owned);
        Self { way: tag.as_ref().map(|_| Way::Tag), tag, ..Self::default() }
    }

    /// The same with what the machine answered.
    #[must_use]
    pub fn with_answer(self, way: Way, answer: Answer) -> Self {
        Self { way: Some(way), answer: Some(answer), ..self }
    }

    /// Whether a machine can be asked at all.
    #[must_use]
    pub fn can_be_asked(machine: &Machine) -> bool {
        machine.state == MachineState::Running
    }
}

/// Reads what came back; none where that is no whole answer.
#[must_use]
pub fn read(said: &str) -> Option<Answer> {
    let mut lines =
        said.lines().map(|line| line.trim_end_matches('\r')).skip_while(|line| *line != BEGIN).skip(1);
    let mut agent_said = Vec::new();
    let code = loop {
        let line = lines.next()?;
        match line.strip_prefix(ENDED) {
            Some(code) => break code,
            None => agent_said.push(line),
        }
    };
    let (mut install_failure, mut jobs_failure, mut jobs) = (None, None, Vec::new());
    loop {
        let line = lines.next()?;
        if line == END {
            break;
        }
        let Some((path, content)) = line.strip_prefix(FILE).and_then(|line| line.split_once('\t')) else {
            continue;
        };
        let content = if content.is_empty() { UNREADABLE } else { content };
        match (path, path.strip_prefix(JOBS)) {
            (INSTALL_FAILED, _) => install_failure = Some(content.to_owned()),
            (JOBS_FAILED, _) => jobs_failure = Some(content.to_owned()),
            (_, Some(name)) => jobs.push(Job { name: name.to_owned(), state: content.to_owned() }),
            _ => {}
        }
    }
    let agent = agent(code, &agent_said.join("\n"), install_failure);
    Some(Answer { agent, jobs, jobs_failure })
}

fn agent(code: &str, said: &str, install_failure: Option<String>) -> AgentNow {
    if NO_PROGRAM.contains(&code) {
        return AgentNow::Missing { because: install_failure };
    }
    let document: Option<Value> = serde_json::from_str(said).ok();
    match document {
        Some(status) if code == "0" => AgentNow::Running { status },
        document => {
            let error = document.as_ref().and_then(|document| document["error"].as_str());
            AgentNow::Silent { because: error.unwrap_or(said).trim().to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(agent: &str) -> String {
        format!(
            "Starting session with SessionId: ada-1\r\n{BEGIN}\r\n{agent}\r\n{END}\r\n\r\nExiting session\r\n"
        )
    }

    #[test]
    fn an_agent_that_runs_is_quoted_and_jobs_keep_their_order() {
        let said = answer(
            "{\"state\":\n \"watching\"}\ncloudkit-ended 0\n\
             cloudkit-file\t/var/lib/cloudkit/user/status/001-script-set up.sh\texit 1\n\
             cloudkit-file\t/var/lib/cloudkit/user/status/002-command\tnot run: 001-script-set up.sh failed",
        );
        let answer = read(&said).unwrap();
        assert_eq!(answer.agent, AgentNow::Running { status: serde_json::json!({"state": "watching"}) });
        let jobs: Vec<_> = answer.jobs.iter().map(|job| format!("{}: {}", job.name, job.state)).collect();
        assert_eq!(
            jobs,
            ["001-script-set up.sh: exit 1", "002-command: not run: 001-script-set up.sh failed"]
        );
    }

    #[test]
    fn an_agent_that_does_not_run_and_one_that_is_not_there_are_told_apart() {
        let read = |said: &str| read(&answer(said)).unwrap().agent;
        let silent = read("{\"error\":\"the agent is not running\",\"hints\":[]}\ncloudkit-ended 1");
        assert_eq!(silent, AgentNow::Silent { because: "the agent is not running".to_owned() });
        let missing = "sh: 1: /usr/local/bin/cloudkit: not found\ncloudkit-ended 127";
        assert_eq!(read(missing), AgentNow::Missing { because: None });
        let why = format!("{missing}\ncloudkit-file\t{INSTALL_FAILED}\tits download failed");
        assert_eq!(read(&why), AgentNow::Missing { because: Some("its download failed".to_owned()) });
        let unreadable = format!("{missing}\ncloudkit-file\t{INSTALL_FAILED}\t");
        assert_eq!(read(&unreadable), AgentNow::Missing { because: Some(UNREADABLE.to_owned()) });
    }

    #[test]
    fn a_cut_answer_is_none() {
        let whole = answer("{}\ncloudkit-ended 0");
        assert!(read(&whole).is_some());
        for cut in [BEGIN, ENDED, END] {
            assert_eq!(read(whole.split(cut).next().unwrap()), None, "{cut}");
        }
        assert_eq!(read("This account is currently not available."), None);
    }
}
