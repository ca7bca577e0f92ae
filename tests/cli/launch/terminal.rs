//! Questions on a terminal: yes, no, Ctrl-C, and stdin being a pipe.

use crate::support::{Lab, Terminal};

const CTRL_C: &str = "\u{3}";
const LINE: &str = "cloudkit launch -t m7i.large --no-ttl --wait accepted";

#[test]
fn yes_launches() {
    let lab = Lab::start();
    let home = lab.home();
    let question = "the machine has no deadline. Launch in account 123456789012, us-east-1?";
    Terminal::typed(&home, LINE).sees(question).answers("y\r").sees("accepted").ends(0);
    lab.only_machine();
}

#[test]
fn no_and_enter_alone_launch_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    for answer in ["n\r", "\r"] {
        Terminal::typed(&home, LINE).sees("us-east-1?").answers(answer).sees("nothing was launched").ends(1);
    }
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn ctrl_c_at_the_question_is_130() {
    let lab = Lab::start();
    let home = lab.home();
    Terminal::typed(&home, LINE).sees("us-east-1?").answers(CTRL_C).ends(130);
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn the_terminal_is_asked_also_where_stdin_is_a_pipe() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit find search m7i.large -r us-east-1 | cloudkit launch --no-ttl --wait accepted";
    Terminal::typed(&home, line).sees("us-east-1?").answers("y\r").sees("accepted").ends(0);
    lab.only_machine();
}

#[test]
fn ending_and_removing_ask_too() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    let mut terminal = Terminal::typed(&home, "cloudkit launch terminate trainer -r us-east-1");
    terminal.sees("m7i.large, us-east-1, with its disks, in account 123456789012?");
    terminal.answers("n\r").sees("nothing was ended").ends(1);
    assert_eq!(lab.only_machine()["state"], "running");
    home.run("cloudkit launch terminate trainer --yes -r us-east-1").ok();
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "terminated");
    let mut terminal = Terminal::typed(&home, "cloudkit launch cleanup -r us-east-1");
    terminal.sees("in account 123456789012?").answers("n\r").sees("nothing was removed").ends(1);
    assert_eq!(lab.requests_of("DeleteSecurityGroup").len(), 0);
}

#[test]
fn a_sooner_end_is_asked_about() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1d --name trainer --wait running").ok();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let mut terminal =
        Terminal::typed(&home, &format!("cloudkit launch extend trainer --until {soon} -r us-east-1"));
    terminal.sees("SOONER than before").answers("n\r").sees("no deadline was moved").ends(1);
    assert_eq!(lab.requests_of("CreateTags").len(), 0);
}

#[test]
fn which_of_two_machines_of_one_name_is_asked() {
    let lab = Lab::start();
    let home = lab.home();
    for _ in 0..2 {
        home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    }
    let mut terminal = Terminal::typed(&home, "cloudkit launch stop trainer -r us-east-1");
    terminal.sees("Which trainer?").answers("\u{1b}[B\r").sees("is stopping").ends(0);
    let states: Vec<_> = lab.machines().iter().map(|machine| machine["state"] == "running").collect();
    assert_eq!(states.iter().filter(|&&running| running).count(), 1, "{states:?}");
    Terminal::typed(&home, "cloudkit launch start trainer").sees("Which trainer?").answers(CTRL_C).ends(130);
}
