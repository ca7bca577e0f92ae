//! An app with a secret on a machine: who reads it, who does not, and that it comes back after what a boot does.
//!
//! The machine has no role here: what its unit calls AWS by is given to it. What a role allows is tested elsewhere.

use std::fs;
use std::time::Duration;

use super::case::{self, Guest as _, Notes};
use super::container::Container;
use super::failure::{Failure, expect};
use super::stage::Stage;
use crate::http::Http;

const LIMIT: Duration = Duration::from_secs(60);
const PATH: &str = "/cloudkit/deployments/kept";
const VALUE: &str = "zebra-4711";
/// Runs as somebody whom no user but root is, and says what it was given, with the folder of its own that shows it.
const UNIT: &str = "[Service]\nDynamicUser=yes\nRuntimeDirectory=keeper\nRuntimeDirectoryMode=0755\n\
    ExecStart=/bin/sh -c 'cat $CREDENTIALS_DIRECTORY/TOKEN >/run/keeper/seen; exec sleep infinity'\n\
    [Install]\nWantedBy=multi-user.target\n";
const DEPLOYMENT: &str = "version: 1\ndeployment:\n  secrets:\n    TOKEN:\n      from: env:TOKEN\n      dest: /opt/keeper/token\n  \
    scripts:\n    - name: as-nobody\n      command: cat $CREDENTIALS_DIRECTORY/TOKEN >/tmp/of-script\n      user: nobody\n      \
    working_dir: /tmp\n  services: [keeper.service]\n";
const CONFIG: &str = "name: kept\nregions: [us-east-1]\ntypes: [t3.micro]\nttl: 1h\n";

pub(super) fn kept(stage: &Stage, guest: &mut Container, notes: &mut Notes) -> Result<(), Failure> {
    store(stage, "TOKEN", VALUE)?;
    let digest = bundle(stage, guest)?;
    calls_the_lab(stage, guest)?;
    let line = format!(
        "/usr/local/bin/cloudkit agent apply --bundle /opt/bundle.tar.zst --sha256 {digest} --secrets {PATH}"
    );
    let applied = guest.sh(&line, LIMIT)?;
    expect(applied.code == 0, "a bundle that is applied", applied.text)?;
    seen_by_the_service(guest, VALUE)?;
    case::tell(guest, &format!("test \"$(cat /tmp/of-script)\" = {VALUE}"))?;
    notes.add("a service without a user of its own and a script of nobody's have it as a credential");
    case::tell(
        guest,
        "test \"$(stat -c %a:%U /run/cloudkit/secrets /run/cloudkit/secrets/TOKEN | tr '\\n' ' ')\" = '700:root 600:root ' &&
         test \"$(stat -f -c %T /run/cloudkit/secrets)\" = tmpfs && test \"$(cat /opt/keeper/token)\" = zebra-4711 &&
         ! runuser -u admin -- cat /run/cloudkit/secrets/TOKEN && ! runuser -u admin -- mv /run/cloudkit/secrets /run/cloudkit/x",
    )?;
    notes.add("it is in memory, and root's alone");
    store(stage, "TOKEN", "zebra-4712")?;
    case::tell(
        guest,
        "systemctl stop keeper cloudkit-secrets && rm -r /run/cloudkit/secrets && systemctl start keeper",
    )?;
    seen_by_the_service(guest, "zebra-4712")?;
    notes.add("what requires it has it written anew, with the value of today");
    store(stage, "TOKEN", "zebra-4713")?;
    let again = guest.sh(&line, LIMIT)?;
    expect(again.code == 0, "a bundle that is applied again", again.text)?;
    seen_by_the_service(guest, "zebra-4713")?;
    notes.add("applied again, the service that reads it is started anew");
    case::tell(
        guest,
        "! journalctl --no-pager | grep -F zebra- && ! grep -rlF zebra- /etc /var/lib/cloudkit /var/log",
    )?;
    notes.add("it is in no journal, log or file of the disk");
    Ok(())
}

fn seen_by_the_service(guest: &mut Container, value: &str) -> Result<(), Failure> {
    case::until(guest, &format!("test \"$(cat /run/keeper/seen)\" = {value}"), LIMIT).map(|_| ())
}

/// As `deploy` stores it. The lab looks at no signature.
fn store(stage: &Stage, name: &str, value: &str) -> Result<(), Failure> {
    let headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "AmazonSSM.PutParameter"),
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=lab/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0",
        ),
    ];
    let body = format!(
        "{{\"Name\":\"{PATH}/{name}\",\"Value\":\"{value}\",\"Type\":\"SecureString\",\"Overwrite\":true}}"
    );
    Http::new().post(&stage.aws_url()?, &headers, &body).map(drop).map_err(Failure::from)
}

/// Makes the bundle of the app, on the machine, and hands back its digest.
fn bundle(stage: &Stage, guest: &Container) -> Result<String, Failure> {
    let app = stage.folder().join("kept");
    for (name, content) in [
        (".spot/deployment.yaml", DEPLOYMENT),
        (".spot/config.yaml", CONFIG),
        (".spot/services/keeper.service", UNIT),
    ] {
        let path = app.join(name);
        let folder = path.parent().unwrap_or(&app);
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        fs::write(&path, content).map_err(Failure::file(&path))?;
    }
    stage.bundle(&app, &guest.tree().join("opt/bundle.tar.zst"))
}

/// What is AWS to the unit is the lab.
fn calls_the_lab(stage: &Stage, guest: &mut Container) -> Result<(), Failure> {
    let url = stage.aws_url()?;
    case::tell(
        guest,
        &format!(
            "mkdir -p /etc/systemd/system/cloudkit-secrets.service.d && printf '[Service]\\nEnvironment=AWS_ENDPOINT_URL={url} \
             AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab\\n' >/etc/systemd/system/cloudkit-secrets.service.d/lab.conf"
        ),
    )
    .map(|_| ())
}
