//! `deploy logs`: journals of machines, put together, followed, and the console where there is no way to a journal.

use insta::assert_snapshot;

use super::app::somebody;
use super::machine::{asked, progress, reachable};
use crate::support::{Home, Lab, wait};

fn deployed() -> (Lab, Home, Vec<String>) {
    let lab = Lab::start();
    let home = somebody(&lab, "name: web\ncount: 2\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");
    home.run("cloudkit deploy create --dir app --yes").ok();
    let ids = reachable(&lab, &home, Some("9f86"));
    (lab, home, ids)
}

fn journal(home: &Home, id: &str, seconds: &[u32]) {
    let line = |second: &u32| format!("2026-11-22T20:30:{second:02}.000001+0000 host web[1]: at {second}\n");
    home.write(&format!("machines/{id}/journal"), seconds.iter().map(line).collect::<String>());
}

#[test]
fn journals_are_put_together_by_time() {
    let (_lab, home, ids) = deployed();
    journal(&home, &ids[0], &[1, 4]);
    journal(&home, &ids[1], &[2, 3]);
    let screen = home.run("cloudkit deploy logs web").ok();
    let shown: Vec<String> = screen
        .stdout
        .lines()
        .map(|line| format!("{}{}", &line[..ids[0].len()], line.rsplit("at").next().unwrap()))
        .collect();
    let [one, two] = &ids[..] else { panic!("{ids:?}") };
    assert_eq!(shown, [format!("{one} 1"), format!("{two} 2"), format!("{two} 3"), format!("{one} 4")]);
    assert_snapshot!(asked(&home, one).join("\n"), @"
    /usr/local/bin/cloudkit agent apply --status --no-ask -o json
    sudo -n journalctl --quiet --no-pager --utc '--output=short-iso-precise' '--lines=100' '--unit=cloudkit-apply.service' '--unit=web.service'
    ");
    home.run("cloudkit deploy logs web -m 1 --unit db,'a b' --since 10m").ok();
    assert_snapshot!(asked(&home, one).pop().unwrap(), @"sudo -n journalctl --quiet --no-pager --utc '--output=short-iso-precise' '--lines=all' '--since=-600s' '--unit=db' '--unit=a b'");
    journal(&home, one, &[1, 2]);
    let cut = home.run("cloudkit deploy logs web -m 1").ok();
    assert!(!cut.stderr.contains("these are the last"), "{cut}");
    journal(&home, one, &[7; 100]);
    let cut = home.run("cloudkit deploy logs web -m 1").ok();
    assert!(cut.stderr.contains("these are the last 100 lines of each machine"), "{cut}");
}

#[test]
fn following_ends_by_ctrl_c() {
    let (_lab, home, ids) = deployed();
    journal(&home, &ids[0], &[1]);
    let logs = home.start("cloudkit deploy logs web --follow");
    let sees = |words: &str| wait::until(words, || logs.stdout().contains(words).then_some(()));
    sees("at 1");
    let line = "2026-11-22T20:30:59.000001+0000 host web[1]: comes later\n";
    std::fs::write(home.path(&format!("machines/{}/journal", ids[1])), line).unwrap();
    sees(&format!("{} | {}", ids[1], line.trim_end()));
    logs.interrupt();
    logs.screen().ok();
}

#[test]
fn the_console_speaks_where_ssh_does_not_come_through() {
    let (lab, home, ids) = deployed();
    journal(&home, &ids[1], &[2]);
    home.write(&format!("machines/{}/cut-off", ids[0]), "");
    home.write(&format!("machines/{}/apply.json", ids[0]), progress("9f86", "failed").to_string());
    let empty = home.run("cloudkit deploy logs web").exits(5);
    assert!(empty.stderr.contains("and its serial console is empty so far"), "{empty}");
    lab.console(&ids[0], "[  1.0] Linux\r\n[  2.0] Out of memory\r\n");
    let screen = home.run("cloudkit deploy logs web -n 1").ok();
    assert!(screen.stdout.contains(&format!("{} | [  2.0] Out of memory\n", ids[0])), "{screen}");
    assert!(!screen.stdout.contains("Linux"), "{screen}");
    assert!(
        screen.stderr.contains(&format!("warning: {}: not reached by ssh (ssh: connect to host", ids[0]))
            && screen.stderr.contains("this is the end of its serial console, as far as EC2 has it"),
        "{screen}"
    );
}
