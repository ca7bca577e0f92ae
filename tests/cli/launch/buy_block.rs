//! `launch buy-block`: three answers buy, anything else does not, and what was paid for is never lost sight of.

use insta::assert_snapshot;
use serde_json::{Value, json};

#[cfg(unix)]
use crate::support::Terminal;
use crate::support::{Home, Lab};

const LINE: &str = "cloudkit launch buy-block cbr-1 -t p5.48xlarge --count 2 --duration 2d";
const ANSWERS: [&str; 3] = ["3024.48\r", "2 x p5.48xlarge\r", "no refund\r"];

fn put(lab: &Lab, fee: &str) {
    lab.post(
        "/capacity-block-offerings",
        &json!({"region": "us-east-1", "InstanceType": "p5.48xlarge", "CapacityBlockOfferingId": "cbr-1",
        "InstanceCount": 2, "CapacityBlockDurationHours": 48, "UpfrontFee": fee, "AvailabilityZone": "us-east-1a",
        "StartDate": "2099-01-10T11:30:00Z"}),
    );
}

fn with_an_offering() -> (Lab, Home) {
    let lab = Lab::start();
    put(&lab, "3024.48");
    let home = lab.home();
    (lab, home)
}

#[track_caller]
fn nothing_was_bought(lab: &Lab) {
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_dry_run_tells_what_would_be_paid_and_buys_nothing() {
    let (lab, home) = with_an_offering();
    assert_snapshot!(home.run(&format!("{LINE} --dry-run -o table")).ok(), @"
    2 x p5.48xlarge in us-east-1
      offering cbr-1
      starts   YYYY-MM-DDThh:mm:ssZ
      ends     YYYY-MM-DDThh:mm:ssZ, and its machines half an hour before
      cost     3024.48 USD, at once and for good
    --- stderr
    asking EC2 for the offering: done
    EC2 would take it; nothing was bought
    ");
    assert_snapshot!(home.run(&format!("{LINE} --dry-run")).ok().json(), @r#"{"account":"123456789012","count":2,"ends_at":"YYYY-MM-DDThh:mm:ssZ","instance_type":"p5.48xlarge","offering_id":"cbr-1","region":"us-east-1","schema":"cloudkit.capacity-block/v1","starts_at":"YYYY-MM-DDThh:mm:ssZ","upfront_usd":"3024.48","zone":"us-east-1a"}"#);
    nothing_was_bought(&lab);
    lab.fault(&json!({"kind": "error", "action": "PurchaseCapacityBlock", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    assert_snapshot!(home.run(&format!("{LINE} --dry-run")).exits(3), @"
    --- stderr
    asking EC2 for the offering: done
    error: PurchaseCapacityBlock refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    --- exit 3
    ");
}

#[test]
fn without_a_terminal_nothing_is_bought_and_nobody_asked() {
    let (lab, home) = with_an_offering();
    assert_snapshot!(home.run(LINE).exits(2), @"
    --- stderr
    error: a capacity block is bought by whoever types what it costs, and there is no terminal
    hint: run it in a terminal; no flag answers for you
    hint: see what would be paid: --dry-run
    --- exit 2
    ");
    assert_snapshot!(home.run(&format!("{LINE} --yes")).exits(2), @"
    --- stderr
    error: unexpected argument '--yes' found
    hint: to pass '--yes' as a value, use '-- --yes'
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn an_offering_that_is_not_there_is_told_with_its_question() {
    let (lab, home) = with_an_offering();
    assert_snapshot!(home.run(&LINE.replace("cbr-1", "cbr-2 --dry-run")).exits(1), @"
    --- stderr
    error: us-east-1 has no offering cbr-2 for 2 x p5.48xlarge for 2d now
    hint: offerings come and go, and EC2 has one only as the answer to its own question
    hint: see those there are: cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 2d --region us-east-1
    --- exit 1
    ");
    assert_snapshot!(home.run(&LINE.replace("2d", "3d --dry-run")).exits(1).stderr.lines().nth(1).unwrap(), @"hint: offerings come and go, and EC2 has one only as the answer to its own question");
    nothing_was_bought(&lab);
}

#[test]
fn a_type_that_does_not_exist_is_told_with_those_near_it() {
    let (lab, home) = with_an_offering();
    assert_snapshot!(home.run(&LINE.replace("p5.48xlarge", "p5.48xlarg --dry-run")), @"
    --- stderr
    error: DescribeCapacityBlockOfferings refused: InvalidParameterValue: Invalid value 'p5.48xlarg' for InstanceType.
    hint: did you mean: p5.48xlarge, p5.4xlarge, p5e.48xlarge
    --- exit 2
    ");
    nothing_was_bought(&lab);
}

#[test]
fn the_search_names_the_command_that_buys() {
    let (_lab, home) = with_an_offering();
    let screen = home.run("cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 2d -o name");
    assert_snapshot!(screen, @"
    p5.48xlarge
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    the first of them is bought by: cloudkit launch buy-block cbr-1 -t p5.48xlarge --count 2 --duration 2d -r us-east-1
    ");
}

#[cfg(unix)]
fn answering<'t>(terminal: &'t mut Terminal, answers: &[&str]) -> &'t mut Terminal {
    for (number, answer) in (1..).zip(answers) {
        terminal.sees(&format!("{number} of 3: account 123456789012, us-east-1:")).answers(answer);
    }
    terminal
}

#[cfg(unix)]
#[test]
fn three_answers_buy_it() {
    let (lab, home) = with_an_offering();
    let mut terminal = Terminal::typed(&home, &format!("{LINE} -o table"));
    terminal.sees("3024.48 USD, paid at once by account 123456789012 and never paid back");
    answering(&mut terminal, &ANSWERS).sees("payment-pending").sees("--capacity-block cr-").ends(0);
    let bought = &lab.requests_of("PurchaseCapacityBlock")[0].params;
    assert_eq!(lab.requests_of("PurchaseCapacityBlock").len(), 1);
    let of = |name: &str| bought.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(
        [of("CapacityBlockOfferingId"), of("InstancePlatform"), of("TagSpecification.1.ResourceType")],
        ["cbr-1", "Linux/UNIX", "capacity-reservation"]
    );
    assert_eq!(
        [of("TagSpecification.1.Tag.1.Key"), of("TagSpecification.1.Tag.2.Key")],
        ["cloudkit:managed", "cloudkit:launch"]
    );
}

#[cfg(unix)]
#[test]
fn any_other_answer_buys_nothing() {
    let (lab, home) = with_an_offering();
    for (right, wrong) in [
        (0, "\r"),
        (0, "y\r"),
        (0, "3024\r"),
        (0, "\u{1b}"),
        (1, "\r"),
        (1, "p5.48xlarge\r"),
        (1, "1 x p5.48xlarge\r"),
        (2, "\r"),
        (2, "yes\r"),
        (2, "refund\r"),
    ] {
        let mut terminal = Terminal::typed(&home, LINE);
        let answers: Vec<&str> = ANSWERS[..right].iter().copied().chain([wrong]).collect();
        answering(&mut terminal, &answers).sees("nothing was bought").ends(1);
        nothing_was_bought(&lab);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_at_any_question_buys_nothing() {
    let (lab, home) = with_an_offering();
    for right in 0..3 {
        let mut terminal = Terminal::typed(&home, LINE);
        let answers: Vec<&str> = ANSWERS[..right].iter().copied().chain(["\u{3}"]).collect();
        answering(&mut terminal, &answers).ends(130);
        nothing_was_bought(&lab);
    }
}

#[cfg(unix)]
#[test]
fn what_has_changed_while_it_was_agreed_to_is_not_bought() {
    let (lab, home) = with_an_offering();
    let mut terminal = Terminal::typed(&home, LINE);
    answering(&mut terminal, &ANSWERS[..2]).sees("3 of 3");
    lab.reset();
    put(&lab, "3124.48");
    terminal.answers(ANSWERS[2]).sees("cbr-1 is no longer 3024.48 USD: it is 3124.48").ends(1);
    nothing_was_bought(&lab);
    let mut terminal = Terminal::typed(&home, LINE);
    answering(&mut terminal, &["3124.48\r", ANSWERS[1]]).sees("3 of 3");
    lab.reset();
    terminal.answers(ANSWERS[2]).sees("cbr-1 has just gone").ends(1);
    nothing_was_bought(&lab);
}

#[cfg(unix)]
#[test]
fn a_lost_answer_is_settled_by_looking_and_never_by_buying_again() {
    let (lab, home) = with_an_offering();
    lab.fault(&json!({"kind": "lost-answer", "action": "PurchaseCapacityBlock"}));
    let mut terminal = Terminal::typed(&home, &format!("{LINE} -o table"));
    answering(&mut terminal, &ANSWERS).sees("payment-pending").ends(0);
    assert_eq!(lab.requests_of("PurchaseCapacityBlock").len(), 1);
    lab.reset();
    put(&lab, "3024.48");
    lab.fault(&json!({"kind": "drop", "action": "PurchaseCapacityBlock"}));
    let mut terminal = Terminal::typed(&home, LINE);
    answering(&mut terminal, &ANSWERS)
        .sees("whether cbr-1 was bought is not known")
        .sees("look before you buy again")
        .ends(5);
    assert_eq!(lab.requests_of("PurchaseCapacityBlock").len(), 1);
    lab.reset();
    put(&lab, "3024.48");
    lab.fault(&json!({"kind": "error", "action": "PurchaseCapacityBlock", "status": 400,
        "code": "InvalidCapacityBlockOfferingId.NotFound", "message": "It does not exist."}));
    let mut terminal = Terminal::typed(&home, LINE);
    answering(&mut terminal, &ANSWERS).sees("nothing was bought").ends(1);
    assert_eq!(lab.requests_of("PurchaseCapacityBlock").len(), 1);
}
