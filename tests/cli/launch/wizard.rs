//! `cloudkit launch` alone on a terminal: six questions, the plan, and a yes.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::find::lists::serve_all;
use crate::support::{Home, Lab, Terminal};

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const DOWN: &str = "\u{1b}[B";
const CTRL_C: &str = "\u{3}";
const QUESTIONS: [&str; 6] = [
    "1/6 What for?",
    "2/6 Where?",
    "3/6 How to pay",
    "4/6 How does it end?",
    "5/6 Which SSH key",
    "6/6 What is it",
];
const CONSENT: &str = "Launch in account 123456789012, us-east-1? (Esc changes an answer)";

/// Takes what each of the first questions proposes.
fn takes(terminal: &mut Terminal, questions: &[&str]) {
    for question in questions {
        terminal.sees(question).answers(ENTER);
    }
}

#[test]
fn enter_six_times_and_a_yes_launch_a_sound_machine() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --wait accepted");
    takes(&mut terminal, &QUESTIONS);
    terminal.sees("the same without questions:").sees("Plan of launch").sees(CONSENT);
    assert_eq!(lab.changes(), [""; 0]);
    terminal.answers("y\r").sees("accepted").ends(0);
    let machine = lab.only_machine();
    assert_eq!(machine["type"], "t3a.small", "{machine:#}");
    let tags = &machine["tags"];
    assert_eq!(tags["cloudkit:idle-timeout"], "1h");
    let deadline: jiff::Timestamp = tags["cloudkit:deadline"].as_str().unwrap().parse().unwrap();
    let hours = (deadline.as_second() - jiff::Timestamp::now().as_second() + 1800) / 3600;
    assert_eq!(hours, 8);
}

#[test]
fn enter_alone_is_no_yes() {
    let lab = Lab::start();
    let home = lab.home();
    home.program("spawn");
    let mut terminal = Terminal::typed(&home, "spawn");
    takes(&mut terminal, &QUESTIONS);
    terminal.sees("\r\n  spawn --instance-type t3a.small");
    terminal.sees(CONSENT).answers(ENTER).sees("nothing was launched").ends(1);
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_plan_that_can_not_be_leads_back_to_the_questions() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-1216C47A", "value": 1}));
    let mut terminal = Terminal::typed(&home, "cloudkit launch --wait accepted");
    takes(&mut terminal, &QUESTIONS);
    terminal.sees("error:").sees("standard on-demand (L-1216C47A)");
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-1216C47A", "value": null}));
    takes(&mut terminal, &QUESTIONS);
    terminal.sees(CONSENT).answers("y\r").sees("accepted").ends(0);
    lab.only_machine();
}

#[test]
fn words_search_the_catalog_while_they_are_typed() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run");
    terminal.sees(QUESTIONS[0]).answers("l4 4").sees("\"4\" of what?");
    terminal.answers(" gpus").sees("4 x L4").answers(ENTER).sees("g6.12xlarge");
    takes(&mut terminal, &QUESTIONS[1..]);
    terminal.sees("--instance-type g6.12xlarge --region us-east-1 --ttl 8h --idle-timeout 1h");
    terminal.sees("Plan of launch").ends(0);
}

#[test]
fn a_wrong_answer_is_refused_as_it_is_typed() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run");
    takes(&mut terminal, &QUESTIONS[..3]);
    terminal.sees(QUESTIONS[3]).answers("7 days").sees("is not a span of time");
    // Enter does not make it right: the same question again, with what was typed.
    terminal.answers(ENTER).sees(QUESTIONS[3]).sees("7 days");
    terminal.answers(&"\u{7f}".repeat(6)).sees("After 8h").answers("2d").sees("After 2d").answers(ENTER);
    terminal.sees(QUESTIONS[4]).answers("~/nothing").sees("does not exist");
    terminal.answers(&"\u{7f}".repeat(9)).sees("~/.ssh/id_ed25519").answers(ENTER);
    terminal.sees(QUESTIONS[5]).answers(" x").sees("is not a name").answers("\u{7f}\u{7f}").sees("by the id");
    terminal.answers("Ada's box").sees("Ada's box").answers(ENTER);
    terminal.sees("--ttl 2d --idle-timeout 1h").sees("--name \"Ada's box\"").sees("Plan of launch").ends(0);
}

#[test]
fn esc_goes_back_and_an_earlier_answer_can_be_changed() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --wait accepted");
    // There is nothing before the first one.
    terminal.sees(QUESTIONS[0]).answers(ESC).sees("(back)");
    terminal.sees(QUESTIONS[0]).answers("c6i.xlarge").sees("4 vCPUs, 8 GiB").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[1..3]);
    terminal.sees(QUESTIONS[3]).answers(DOWN).answers(ENTER);
    terminal.sees(QUESTIONS[4]).answers(ESC).sees(QUESTIONS[3]).sees("After 8h (as before)");
    terminal.answers(ESC).sees(QUESTIONS[2]).answers(ESC).sees(QUESTIONS[1]).answers(ESC);
    // What was searched for is still what Enter takes.
    terminal.sees(QUESTIONS[0]).sees("As before").answers("m7i.large").sees("2 vCPUs").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[1..]);
    terminal.sees("--instance-type m7i.large --region us-east-1 --ttl 8h --no-idle-timeout");
    // Also from the last one.
    terminal.sees(CONSENT).answers(ESC).sees(QUESTIONS[5]).answers("trainer").sees("trainer").answers(ENTER);
    terminal.sees("--name trainer").sees(CONSENT).answers("y\r").sees("accepted").ends(0);
    let machine = lab.only_machine();
    assert_eq!((&machine["type"], &machine["tags"]["Name"]), (&"m7i.large".into(), &"trainer".into()));
    assert!(machine["tags"].get("cloudkit:idle-timeout").is_none(), "{machine:#}");
}

#[test]
fn ctrl_c_at_any_question_leaves_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    std::fs::remove_file(home.path(".ssh/id_ed25519.pub")).unwrap();
    for answered in 0..=QUESTIONS.len() {
        let mut terminal = Terminal::typed(&home, "cloudkit launch");
        takes(&mut terminal, &QUESTIONS[..answered]);
        terminal
            .sees(QUESTIONS.get(answered).unwrap_or(&CONSENT))
            .answers(CTRL_C)
            .sees("interrupted")
            .ends(130);
    }
    assert_eq!(lab.changes(), [""; 0]);
    assert!(!home.path(".ssh/id_ed25519").exists());
}

#[test]
fn a_key_is_made_after_the_yes_where_there_is_none() {
    let lab = Lab::start();
    let home = lab.home();
    std::fs::remove_file(home.path(".ssh/id_ed25519.pub")).unwrap();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --wait accepted");
    takes(&mut terminal, &QUESTIONS[..4]);
    terminal.sees(QUESTIONS[4]).sees("make a new one: ~/.ssh/id_ed25519").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[5..]);
    terminal.sees(CONSENT).answers("y\r").sees("made SSH key").sees("accepted").ends(0);
}

#[test]
fn a_spot_machine_is_shown_with_what_it_saves_and_how_often_it_is_taken_back() {
    let lab = Lab::start();
    let mut home = lab.home();
    serve_all(&lab, &mut home);
    home.run("cloudkit find refresh").ok();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run");
    terminal.sees(QUESTIONS[0]).answers("m7i.large").sees("2 vCPUs").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[1..2]);
    terminal.sees(QUESTIONS[2]).sees("0.0391").sees("80% less, 5-10% taken back a month").sees("2026-09-01");
    terminal.answers(DOWN).answers(ENTER);
    terminal.sees(QUESTIONS[3]).sees("at most 0.31 USD for the machine").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[4..]);
    terminal.sees("--region us-east-1 --spot --ttl 8h").sees("us-east-1, spot").ends(0);
}

#[test]
fn without_credentials_there_is_a_plan_and_no_launch() {
    let mut home = Home::new();
    home.write(".ssh/id_ed25519.pub", crate::support::PUBLIC_KEY);
    home.set("AWS_REGION", "us-east-1");
    home.set("NO_COLOR", "1");
    let mut terminal = Terminal::typed(&home, "cloudkit launch");
    terminal.sees("no AWS credentials were found").sees("aws configure sso");
    takes(&mut terminal, &QUESTIONS);
    terminal.sees("the same without questions:").sees("Plan by the catalog alone");
    terminal
        .sees("t3a.small in us-east-1")
        .sees("at least 0.19 USD until the deadline")
        .sees("root volume: unknown")
        .sees("8h after the launch");
    terminal.sees("error: no AWS credentials were found").ends(3);
}

#[test]
fn the_command_that_is_shown_plans_the_same() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run -o json >plan.json");
    terminal.sees(QUESTIONS[0]).answers("g6.xlarge").sees("1 x L4").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[1..2]);
    terminal.sees(QUESTIONS[2]).answers("else").sees("Spot, else").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[3..5]);
    terminal.sees(QUESTIONS[5]).answers("it's \"$HOME\"").sees("HOME").answers(ENTER);
    let command = terminal.sees("the same without questions:").reads_line();
    terminal.ends(0);
    let asked: Value = serde_json::from_str(&home.read("plan.json")).unwrap();
    let typed = home.run(&command).ok().json();
    assert_eq!(essence(&asked), essence(&typed), "{command}");
    assert_snapshot!(command.replace(home.path("").to_str().unwrap(), "HOME/"), @r#"cloudkit launch --dry-run -o json --instance-type g6.xlarge --region us-east-1 --spot --fallback on-demand --ttl 8h --idle-timeout 1h --ssh-key HOME/.ssh/id_ed25519 --name "it's \""'$HOME"'"#);
}

/// A plan without what is new with each.
fn essence(plan: &Value) -> Value {
    let mut plan = plan.clone();
    for new in ["launch", "deadline", "planned_at", "tags"] {
        plan.as_object_mut().unwrap().remove(new);
    }
    for candidate in plan["candidates"].as_array_mut().unwrap() {
        let fields = ["instance_type", "region", "market", "cost", "image"];
        *candidate = fields.into_iter().map(|field| (field.to_owned(), candidate[field].clone())).collect();
    }
    plan
}

#[test]
fn what_a_flag_says_is_not_asked() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal =
        Terminal::typed(&home, "cloudkit launch --dry-run --name trainer --until 2099-01-01T00:00:00Z");
    for question in ["1/4 What for?", "2/4 Where?", "3/4 How to pay", "4/4 Which SSH key"] {
        terminal.sees(question).answers(ENTER);
    }
    terminal
        .sees("--name trainer --until 2099-01-01T00:00:00Z --instance-type t3a.small")
        .sees("2099-01-01")
        .ends(0);
}

#[test]
fn the_end_of_several_is_shown_with_the_cost_of_all() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run --count 5");
    takes(&mut terminal, &QUESTIONS[..3]);
    terminal.sees(QUESTIONS[3]).sees("at most 0.75 USD for 5 machines").answers(ENTER);
    takes(&mut terminal, &QUESTIONS[4..]);
    terminal.sees("5 machines, all of them or none").ends(0);
}

#[test]
fn a_setting_is_what_enter_takes() {
    let lab = Lab::start();
    let mut home = lab.home();
    let agent = home.path("agent");
    let settings = "ttl: 2d\nno-idle-timeout: true\nregion: eu-west-1\n";
    home.settings(&format!("{settings}agent-binary: {}\n", agent.display()));
    home.unset("AWS_REGION");
    let mut terminal = Terminal::typed(&home, "cloudkit launch --dry-run --name trainer");
    for question in
        ["1/5 What for?", "2/5 Where?", "3/5 How to pay", "4/5 How does it end?", "5/5 Which SSH key"]
    {
        terminal.sees(question).answers(ENTER);
    }
    terminal.sees("--region eu-west-1 --ttl 2d --no-idle-timeout").sees("Plan of launch").ends(0);
}

#[test]
fn who_says_yes_beforehand_is_not_asked_what_to_launch() {
    let mut home = Home::new();
    home.set("NO_COLOR", "1");
    for line in ["cloudkit launch --yes", "cloudkit launch --quiet"] {
        Terminal::typed(&home, line).sees("error: nothing to launch was named").ends(2);
    }
}
