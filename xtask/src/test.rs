//! `cargo xtask test`: runs every test there is, the lab's own included, and says what it left out and why.
//! It knows no single test; what a test needs of the machine is made here first.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::bindings::{self, BindingsError};
use crate::debian::{self, Package};
use crate::process;
use crate::report::{Report, StepError};
use crate::say;
use crate::venv::{LAB, VenvError};
use crate::workspace::Workspace;

/// The tests' way to the Python that the lab runs on.
const LAB_PYTHON: &str = "CLOUDKIT_LAB_PYTHON";

/// What checks the shell scripts, user-data and unit files that cloudkit writes.
const PACKAGES: &[Package] = &[
    Package { name: "shellcheck", program: "shellcheck" },
    Package { name: "cloud-init", program: "cloud-init" },
    Package { name: "systemd", program: "systemd-analyze" },
    Package { name: "binutils", program: "readelf" },
];

/// Run every test, or with arguments the Rust tests they select.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// Build the Python bindings and run their tests alone.
    #[arg(long, conflicts_with = "arguments")]
    python: bool,
    /// Passed to cargo nextest, or to cargo test where that is not installed.
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

/// Why the tests did not all pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestError {
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Step(#[from] StepError),
    #[error(transparent)]
    Bindings(#[from] BindingsError),
}

pub(crate) fn run(workspace: &Workspace, arguments: &TestArguments) -> Result<(), TestError> {
    let mut tests = Tests { workspace, python: None, report: Report::default() };
    let outcome = match arguments.python {
        true => tests.bindings(),
        false => tests.prepare().and_then(|()| tests.run_all(&arguments.arguments)),
    };
    say::talk(format_args!("\n{}", tests.report));
    outcome
}

struct Tests<'run> {
    workspace: &'run Workspace,
    python: Option<PathBuf>,
    report: Report,
}

impl Tests<'_> {
    fn prepare(&mut self) -> Result<(), TestError> {
        for missing in debian::ensure_packages(PACKAGES) {
            self.report.left_out(&format!("what {} checks", missing.package.program), missing.why);
        }
        if self.has(LAB.requirements) {
            self.python = Some(LAB.ensure(self.workspace)?);
        } else {
            self.report.left_out("what needs the lab", format!("{} is not there", LAB.requirements));
        }
        Ok(())
    }

    fn run_all(&mut self, arguments: &[OsString]) -> Result<(), TestError> {
        let nextest = process::answer(&mut self.workspace.cargo(["nextest", "--version"])).is_some();
        let verb: &[&str] =
            if nextest { &["nextest", "run", "--workspace"] } else { &["test", "--workspace"] };
        self.step("Rust tests", self.workspace.cargo([]).args(verb).args(arguments))?;
        if !arguments.is_empty() {
            self.report
                .left_out("doc tests, tests of the lab, the Python bindings", "arguments select Rust tests");
            return Ok(());
        }
        if nextest {
            // Plain `cargo test` has run them already.
            self.step("doc tests", &mut self.workspace.cargo(["test", "--doc", "--workspace"]))?;
        }
        self.lab_tests()?;
        self.bindings()
    }

    fn bindings(&mut self) -> Result<(), TestError> {
        // What is compared with the command line is run by it.
        self.step("the program", &mut self.workspace.build_program())?;
        Ok(bindings::test(self.workspace, &mut self.report)?)
    }

    fn lab_tests(&mut self) -> Result<(), TestError> {
        let Some(python) = self.python.clone() else { return Ok(()) };
        if !self.has("tests/lab/test_lab.py") {
            self.report.left_out("tests of the lab", "tests/lab/test_lab.py is not there");
            return Ok(());
        }
        let unittest = ["-m", "unittest", "discover", "-s", "tests/lab"];
        self.step("tests of the lab", Command::new(python).args(unittest).current_dir(self.workspace.root()))
    }

    fn step(&mut self, step: &str, command: &mut Command) -> Result<(), TestError> {
        if let Some(python) = &self.python {
            command.env(LAB_PYTHON, python);
        }
        Ok(self.report.step(step, command)?)
    }

    fn has(&self, path: &str) -> bool {
        self.workspace.root().join(path).exists()
    }
}
