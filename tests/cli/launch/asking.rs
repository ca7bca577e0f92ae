//! What is not launched without a yes, and that nobody to ask is no yes.

use insta::assert_snapshot;

use crate::support::Lab;

#[test]
fn without_a_span_it_is_eight_hours_and_said() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t m7i.large --wait accepted -o json").ok();
    assert_snapshot!(screen.stderr.lines().take(3).collect::<Vec<_>>().join("\n"), @"
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    ");
    let ends = |screen: &crate::support::Screen| {
        let deadline: jiff::Timestamp = screen.json()["deadline"].as_str().unwrap().parse().unwrap();
        (deadline.as_second() - jiff::Timestamp::now().as_second() + 1800) / 3600
    };
    assert_eq!(ends(&screen), 8);
    home.write(".cloudkit.yaml", "ttl: 2d\n");
    let screen = home.run("cloudkit launch -t m7i.large --wait accepted -o json").ok();
    assert_eq!(ends(&screen), 48, "unless a setting says otherwise");
}

#[test]
fn a_machine_without_an_end_wants_a_yes() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --no-ttl --wait accepted";
    let screen = home.run(line).exits(2);
    assert_snapshot!(last_lines(&screen.stderr), @"
    error: this has to be confirmed, and there is no terminal to ask on: the machine has no deadline. Launch in account 123456789012, us-east-1?
    hint: confirm it beforehand: --yes
    ");
    assert_eq!(lab.changes(), [""; 0]);
    let launched = home.run(&format!("{line} --yes")).ok().json();
    assert!(
        launched.get("deadline").is_none() && lab.only_machine()["tags"].get("cloudkit:deadline").is_none()
    );
}

#[test]
fn a_dear_one_wants_a_yes() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t p5.48xlarge --ttl 1h").exits(2);
    assert_snapshot!(last_lines(&screen.stderr), @"
    error: this has to be confirmed, and there is no terminal to ask on: this can cost 55.05322 USD an hour, more than 2.00. Launch in account 123456789012, us-east-1?
    hint: confirm it beforehand: --yes
    ");
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h -r eu-west-3").exits(2);
    assert_snapshot!(last_lines(&screen.stderr), @"
    error: this has to be confirmed, and there is no terminal to ask on: the price of m7i.large in eu-west-3 is not known. Launch in account 123456789012, eu-west-3?
    hint: confirm it beforehand: --yes
    ");
    assert_eq!(lab.changes(), [""; 0]);
    let agent = home.path("agent");
    home.settings(&format!("agent-binary: {}\nconfirm-above: 0.05\n", agent.display()));
    assert_snapshot!(last_lines(&home.run("cloudkit launch -t m7i.large --ttl 1h").exits(2).stderr), @"
    error: this has to be confirmed, and there is no terminal to ask on: this can cost 0.106677 USD an hour, more than 0.05. Launch in account 123456789012, us-east-1?
    hint: confirm it beforehand: --yes
    ");
}

#[test]
fn a_port_open_to_the_world_wants_a_yes() {
    let lab = Lab::start();
    let home = lab.home();
    for world in ["0.0.0.0/0", "::/0"] {
        let screen = home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --ssh-from {world}")).exits(2);
        assert!(screen.stderr.contains("is open to the whole world"), "{screen}");
    }
    assert_eq!(lab.changes(), [""; 0]);
    home.run("cloudkit launch -t m7i.large --ttl 1h --ssh-from 0.0.0.0/0 --yes --wait accepted").ok();
}

fn last_lines(text: &str) -> String {
    let from = text.find("error:").expect(text);
    text[from..].to_owned()
}
