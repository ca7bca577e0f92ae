//! `deploy update` and `deploy rollback`: what has changed comes to the machines, batch by batch, and goes again.

use insta::assert_snapshot;
use serde_json::json;

use super::app::{TWO_REGIONS, running, somebody};
use super::machine::{asked, progress, reachable, told};
use crate::support::{Home, Lab, Running, wait};

const UPDATE: &str = "cloudkit deploy update --dir app";

/// A deployment whose five machines have come up.
fn deployed() -> (Lab, Home, Vec<String>) {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    let bundle = record(&home)["bundle"].as_str().unwrap().to_owned();
    let ids = reachable(&lab, &home, Some(&bundle));
    (lab, home, ids)
}

/// What `deploy list` says of it.
fn record(home: &Home) -> serde_json::Value {
    home.run("cloudkit deploy list").ok().lines_of_json()[0].clone()
}

fn change(home: &Home, text: &str) {
    home.write("app/.spot/files/index.html", text);
}

/// What became of the machines, by their numbers.
fn outcomes(lines: &[serde_json::Value]) -> Vec<&str> {
    lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect()
}

/// How often each was told a bundle.
fn times_told(home: &Home, ids: &[String]) -> Vec<usize> {
    ids.iter().map(|id| told(home, id).len()).collect()
}

/// How often a bundle was sent.
fn bundles_sent(lab: &Lab) -> usize {
    let sent = lab.requests_of("PutObject").into_iter();
    sent.filter(|request| request.params["path"].as_str().unwrap().ends_with(".tar.zst")).count()
}

#[test]
fn with_nothing_changed_nothing_is_sent() {
    let (lab, home, ids) = deployed();
    let before = lab.changes();
    let screen = home.run(UPDATE).ok();
    assert!(
        screen.stderr.contains("nothing has changed: the machines of web that run have bundle"),
        "{screen}"
    );
    assert_eq!(outcomes(&screen.lines_of_json()), ["unchanged"; 5]);
    assert_eq!(lab.changes(), before, "neither an object nor a lock nor a tag");
    assert_eq!(times_told(&home, &ids), [0; 5]);
    for id in &ids {
        assert_eq!(asked(&home, id), ["sudo -n /usr/local/bin/cloudkit agent apply --status -o json"]);
    }
}

#[test]
fn what_config_yaml_says_otherwise_is_not_changed_and_told() {
    let (lab, home, _) = deployed();
    let other = TWO_REGIONS.replace("ttl: 8h", "keep: true") + "ports: [80]\n";
    assert!(other.contains("keep"), "{other}");
    home.write("app/.spot/config.yaml", other);
    let before = lab.changes();
    let screen = home.run(UPDATE).ok();
    let told = "config.yaml says something else than when web was created: ttl or keep, ports; update does not change that";
    assert!(screen.stderr.contains(told), "{screen}");
    assert!(screen.stderr.contains("cloudkit launch extend MACHINE 2h"), "{screen}");
    assert_eq!(lab.changes(), before);
}

#[test]
fn a_machine_that_is_gone_is_told() {
    let (lab, home, ids) = deployed();
    home.run(&format!("cloudkit launch terminate {} --yes", ids[0])).ok();
    lab.until_it_is(&ids[0], "terminated");
    let status = home.run("cloudkit deploy status web").ok();
    assert!(
        status.stderr.contains("1 of the machines of web are gone, and no command brings them back"),
        "{status}"
    );
}

/// A machine that came up once may have died since: that is no "nothing has changed".
#[test]
fn what_is_not_well_by_now_is_told_and_told_again_by_an_update() {
    let (_lab, home, ids) = deployed();
    let bundle = record(&home)["bundle"].as_str().unwrap().to_owned();
    let health = |state: &str, complaints: &[&str]| {
        let mut progress = progress(&bundle, "succeeded");
        progress["health"] =
            json!({"state": state, "asked_at": "2026-11-22T21:00:00Z", "complaints": complaints});
        home.write(&format!("machines/{}/apply.json", ids[1]), progress.to_string());
    };
    health("healthy", &[]);
    let status = home.run("cloudkit deploy status web -o json").ok();
    assert_eq!(status.json()[1]["set_up"]["health"]["state"], "healthy");
    health("unhealthy", &["web.service has failed: exit-code"]);
    let status = home.run("cloudkit deploy status web").exits(1);
    let told = format!("{} in eu-west-1: unhealthy: web.service has failed: exit-code", ids[1]);
    assert!(status.stderr.contains(&told), "{status}");
    home.run(UPDATE).ok();
    assert_eq!(times_told(&home, &ids), [0, 1, 0, 0, 0]);
    home.run("cloudkit deploy status web").ok();
    health("unknown", &["the check ok has no answer after 8s, and may take 1m"]);
    let status = home.run("cloudkit deploy status web").ok();
    assert!(status.stderr.contains("unknown: the check ok has no answer"), "{status}");
}

#[test]
fn who_cannot_be_reached_is_known_by_its_console() {
    let (lab, home, ids) = deployed();
    let bundle = record(&home)["bundle"].as_str().unwrap().to_owned();
    let written = [
        format!("cloudkit-apply: running bundle={bundle} step='script look' number=3/9\n"),
        format!("cloudkit-apply: succeeded bundle={bundle}\n"),
        format!("cloudkit-apply: failed bundle={bundle} step='script look' reason=it ended with 3\n"),
        "nothing yet\n".to_owned(),
    ];
    for (id, text) in ids.iter().zip(&written) {
        home.write(&format!("machines/{id}/cut-off"), "");
        lab.post(&format!("/machines/{id}/console"), &json!({"text": text}));
    }
    let status = home.run("cloudkit deploy status web -o json").exits(1);
    let states: Vec<String> = (0..5).map(|at| status.json()[at]["set_up"]["state"].to_string()).collect();
    assert_eq!(states, ["\"running\"", "\"succeeded\"", "\"failed\"", "null", "\"succeeded\""]);
    let because = "as its console says; by SSH: ssh: connect to host";
    for (id, said) in
        ids.iter().zip(["running: step 3 of 9, script look", "succeeded:", "script look: it ended with 3,"])
    {
        let told = |line: &&str| line.contains(id) && line.contains(said) && line.contains(because);
        assert!(status.stderr.lines().any(|line| told(&line)), "{said}: {status}");
    }
}

#[test]
fn what_has_changed_comes_to_all_machines_and_goes_again() {
    let (lab, home, ids) = deployed();
    let first = record(&home)["bundle"].clone();
    change(&home, "new\n");
    let sent = bundles_sent(&lab);
    let screen = home.run(&format!("{UPDATE} --batch 2")).ok();
    assert_eq!(outcomes(&screen.lines_of_json()), ["changed"; 5]);
    assert!(screen.stderr.contains(&format!("{}: script look", ids[0])), "{screen}");
    assert_eq!(times_told(&home, &ids), [1; 5]);
    assert_eq!(bundles_sent(&lab) - sent, 2, "once a region");
    let second = record(&home)["bundle"].clone();
    assert_ne!(first, second);
    assert!(ids.iter().all(|id| told(&home, id)[0] == second), "what came is what was sent");
    let words = home.read(&format!("machines/{}/words", ids[0]));
    assert!(!words.contains("http") && !screen.stderr.contains("http"), "a URL is no argument: {words}");
    let again = home.run(UPDATE).ok();
    assert!(again.stderr.contains("nothing has changed"), "{again}");
    // From another computer's point of view: the record and the buckets are all it takes.
    let back = home.run("cloudkit deploy rollback web --batch 100%").ok();
    assert_eq!(outcomes(&back.lines_of_json()), ["changed"; 5]);
    assert_eq!(record(&home)["bundle"], first);
    assert_eq!(bundles_sent(&lab) - sent, 2, "nothing is sent to go back");
    assert!(ids.iter().all(|id| told(&home, id)[1] == first));
    let forth = format!("cloudkit deploy rollback web --to {}", &second.as_str().unwrap()[..8]);
    home.run(&forth).ok();
    assert_eq!(record(&home)["bundle"], second);
    let destroyed = home.run("cloudkit deploy destroy web --yes").ok();
    for region in ["us-east-1", "eu-west-1"] {
        for bundle in [&first, &second] {
            let removed = format!("removed: its bundle {} in {region}\n", &bundle.as_str().unwrap()[..12]);
            assert!(destroyed.stderr.contains(&removed), "{destroyed}");
        }
        assert_eq!(lab.left()[region]["buckets"][0]["objects"], 1, "the agent alone is left in {region}");
    }
}

#[test]
fn it_stops_at_the_first_batch_that_is_not_well() {
    let (_lab, home, ids) = deployed();
    change(&home, "broken\n");
    home.write(&format!("machines/{}/fails", ids[1]), "");
    let screen = home.run(&format!("{UPDATE} --batch 2")).exits(1);
    assert_eq!(outcomes(&screen.lines_of_json()), ["changed", "failed", "due", "due", "due"]);
    assert_eq!(times_told(&home, &ids), [1, 1, 0, 0, 0]);
    let (id, said) = (&ids[1], &screen.stderr);
    assert!(
        said.contains(&format!(
            "warning: {id} in eu-west-1: failed: script look: it ended with 3\n  | no such thing\n  | as that"
        )),
        "{screen}"
    );
    assert!(said.contains(&format!("error: the update of web stops at {id}")), "{screen}");
    assert!(
        said.contains(&format!("hint: what it has written: cloudkit deploy logs web --machine {id}")),
        "{screen}"
    );
    assert!(said.contains("hint: back to the former bundle: cloudkit deploy rollback web"), "{screen}");
    let status = home.run("cloudkit deploy status web").exits(1);
    assert!(status.stderr.contains("not all machines have come to bundle"), "{status}");
    assert!(status.stderr.contains(&format!("{} in us-east-1 is at bundle", ids[4])), "{status}");
    assert!(
        status.stderr.contains(&format!(
            "warning: {id} in eu-west-1: failed: script look: it ended with 3\n  | no such thing\n  | as that"
        )),
        "{status}"
    );
    std::fs::remove_file(home.path(&format!("machines/{id}/fails"))).unwrap();
    let back = home.run("cloudkit deploy rollback web").ok();
    assert_eq!(
        outcomes(&back.lines_of_json()),
        ["changed", "changed", "unchanged", "unchanged", "unchanged"]
    );
    home.run("cloudkit deploy status web").ok();
    let nothing = home.run("cloudkit deploy rollback web").exits(1);
    assert!(
        nothing.stderr.contains("web has no former bundle to go back to"),
        "what failed is none: {nothing}"
    );
}

#[test]
fn what_create_could_not_set_up_is_nothing_to_go_back_to() {
    let (_lab, home, ids) = deployed();
    let first = record(&home)["bundle"].as_str().unwrap().to_owned();
    let at = format!("machines/{}/apply.json", ids[3]);
    home.write(&at, progress(&first, "failed").to_string());
    change(&home, "broken again\n");
    home.write(&format!("machines/{}/fails", ids[0]), "");
    let stopped = home.run(UPDATE).exits(1);
    assert!(!stopped.stderr.contains("rollback"), "{stopped}");
    let status = home.run("cloudkit deploy status web").exits(1);
    assert!(status.stderr.contains("where nobody is at it: cloudkit deploy update goes on\n"), "{status}");
    let nothing = home.run("cloudkit deploy rollback web").exits(1);
    assert!(nothing.stderr.contains("web has no former bundle to go back to"), "{nothing}");
    std::fs::remove_file(home.path(&format!("machines/{}/fails", ids[0]))).unwrap();
    home.run(UPDATE).ok();
    let nothing = home.run("cloudkit deploy rollback web").exits(1);
    assert!(nothing.stderr.contains("web has no former bundle to go back to"), "{nothing}");
}

#[test]
fn a_machine_that_is_not_reached_stops_it_and_the_same_again_goes_on() {
    let (_lab, home, ids) = deployed();
    change(&home, "new\n");
    let cut_off = format!("machines/{}/cut-off", ids[0]);
    home.write(&cut_off, "");
    let screen = home.run(UPDATE).exits(5);
    assert_eq!(outcomes(&screen.lines_of_json()), ["not-reached", "due", "due", "due", "due"]);
    std::fs::remove_file(home.path(&cut_off)).unwrap();
    let screen = home.run(&format!("{UPDATE} --batch 4")).ok();
    assert_eq!(outcomes(&screen.lines_of_json()), ["changed"; 5]);
}

#[test]
fn a_dry_run_tells_what_and_where_and_changes_nothing() {
    let (lab, home, ids) = deployed();
    change(&home, "new\n");
    home.write("app/.spot/files/more.html", "more\n");
    home.write(
        "app/.spot/deployment.yaml",
        "version: 1\ndeployment:\n  packages: [jq]\n  uploads:\n    - source: files/index.html\n      dest: /opt/web/index.html\n    - source: files/more.html\n      dest: /opt/web/more.html\n",
    );
    home.write(&format!("machines/{}/cut-off", ids[3]), "");
    let before = lab.changes();
    let screen = home.run(&format!("{UPDATE} --dry-run")).ok();
    let shown = screen.stdout.lines().map(|line| match line.split_once("bundle ") {
        Some((start, _)) if line.trim_start().starts_with("bundle ") => {
            format!("{start}bundle [FROM] to [TO]")
        }
        _ => line.split(", at ").next().unwrap().to_owned(),
    });
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    let document = home.run(&format!("{UPDATE} --dry-run -o json")).ok().json();
    assert_eq!(document["what"][0], json!({"change": "added", "kind": "package", "name": "jq"}));
    assert_eq!(lab.changes(), before);
    assert_eq!(times_told(&home, &ids), [0; 5]);
}

#[test]
fn its_lock_lasts_as_long_as_that_of_others() {
    let (_lab, mut home, ids) = deployed();
    change(&home, "new\n");
    home.set("CLOUDKIT_LOCK_LASTS", "soon");
    let screen = home.run(UPDATE).exits(2);
    assert!(screen.stderr.contains("error: CLOUDKIT_LOCK_LASTS: \"soon\" is not a span of time"), "{screen}");
    assert_eq!(times_told(&home, &ids), [0; 5]);
}

#[test]
fn the_folder_and_the_name_have_to_agree() {
    let (_lab, home, _) = deployed();
    let screen = home.run("cloudkit deploy update other --dir app").exits(2);
    assert!(screen.stderr.contains("the deployment of this app folder is web, not other"), "{screen}");
    let screen = home.run("cloudkit deploy update app").ok();
    assert!(screen.stderr.contains("nothing has changed"), "{screen}");
    home.run(&format!("{UPDATE} --batch 0")).exits(2);
    let screen = home.run("cloudkit deploy rollback web --to abcdef").exits(2);
    assert!(screen.stderr.contains("web keeps no bundle abcdef"), "{screen}");
}

/// An update whose first machine does not come to an end.
fn half_way(home: &Home, ids: &[String]) -> Running {
    home.write(&format!("machines/{}/hangs", ids[0]), "");
    let update = home.start(UPDATE);
    wait::until("the first machine to be told", || (!told(home, &ids[0]).is_empty()).then_some(()));
    update
}

#[test]
fn ctrl_c_tells_no_further_machine() {
    let (_lab, home, ids) = deployed();
    change(&home, "new\n");
    let update = half_way(&home, &ids);
    update.interrupt();
    let screen = update.screen().exits(130);
    assert_eq!(outcomes(&screen.lines_of_json()), ["unknown", "due", "due", "due", "due"]);
    assert!(screen.stderr.contains("hint: go on: cloudkit deploy update web"), "{screen}");
    std::fs::remove_file(home.path(&format!("machines/{}/hangs", ids[0]))).unwrap();
    let unlocked = home.run("cloudkit deploy unlock web").ok();
    assert!(unlocked.stderr.contains("nobody holds the lock of web"), "{unlocked}");
    home.run(UPDATE).ok();
}

/// Killed between any two of its steps, it goes on, and what `status` says in between is so.
#[test]
fn after_a_kill_anywhere_the_same_goes_on() {
    let (lab, home, ids) = deployed();
    let first = record(&home)["bundle"].clone();
    change(&home, "new\n");
    // While the second region's bundle is sent.
    lab.fault(&json!({"kind": "hang", "action": "PutObject", "region": "eu-west-1", "ms": 600_000}));
    let before = bundles_sent(&lab);
    let mut update = home.start(UPDATE);
    wait::until("both bundles to be sent", || (bundles_sent(&lab) == before + 2).then_some(()));
    update.kill();
    lab.clear_faults();
    assert_eq!(record(&home)["bundle"], first, "it is not said before it is everywhere");
    home.run("cloudkit deploy unlock web --yes").ok();
    // While a machine is told.
    let mut update = half_way(&home, &ids);
    update.kill();
    std::fs::remove_file(home.path(&format!("machines/{}/hangs", ids[0]))).unwrap();
    let new = record(&home)["bundle"].as_str().unwrap().to_owned();
    assert_ne!(first, new.as_str());
    wait::until("the machine to go on by itself", || {
        home.read(&format!("machines/{}/apply.json", ids[0])).contains(&new).then_some(())
    });
    let status = home.run("cloudkit deploy status web").ok();
    assert!(status.stderr.contains("not all machines have come to bundle"), "{status}");
    let locked = home.run(UPDATE).exits(1);
    assert!(locked.stderr.contains("is at it (update)"), "{locked}");
    home.run("cloudkit deploy unlock web --yes").ok();
    let screen = home.run(UPDATE).ok();
    assert_eq!(outcomes(&screen.lines_of_json()), ["unchanged", "changed", "changed", "changed", "changed"]);
    let status = home.run("cloudkit deploy status web").ok();
    assert!(!status.stderr.contains("not all machines"), "{status}");
    home.run("cloudkit deploy rollback web").ok();
    assert_eq!(record(&home)["bundle"], first);
}

#[test]
fn status_is_watched_until_there_is_nothing_more_to_wait_for() {
    let (_lab, home, ids) = deployed();
    let bundle = record(&home)["bundle"].as_str().unwrap().to_owned();
    let at = |state: &str| {
        home.write(&format!("machines/{}/apply.json", ids[2]), progress(&bundle, state).to_string());
    };
    at("running");
    let watch = home.start("cloudkit deploy status web --watch --every 1s -o json");
    wait::until("two looks", || (watch.stdout().lines().count() > 1).then_some(()));
    at("failed");
    let screen = watch.screen().exits(1);
    let looks = screen.lines_of_json();
    assert_eq!(looks[0][2]["set_up"]["state"], "running");
    assert_eq!(
        (&looks.last().unwrap()[2]["set_up"]["state"], &looks[0][2]["number"]),
        (&json!("failed"), &json!(3))
    );
    at("running");
    let watch = home.start("cloudkit deploy status web --watch");
    wait::until("a look", || (!watch.stdout().is_empty()).then_some(()));
    watch.interrupt();
    watch.screen().exits(130);
}

#[test]
fn create_goes_on_until_the_machines_are_well() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    reachable(&lab, &home, None);
    let create = home.start("cloudkit deploy create --dir app --yes --watch");
    wait::until("machines", || {
        (running(&lab).iter().map(|(_, count)| count).sum::<usize>() == 5).then_some(())
    });
    let bundle = record(&home)["bundle"].as_str().unwrap().to_owned();
    let ids = reachable(&lab, &home, Some(&bundle));
    let screen = create.screen().ok();
    assert!(screen.stderr.contains("5 of 5 machines of web; bundle"), "{screen}");
    assert!(ids.iter().all(|id| screen.stdout.contains(id)), "{screen}");
}
