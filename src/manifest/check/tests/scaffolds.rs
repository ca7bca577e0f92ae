//! Every scaffold can be deployed as it stands.

use super::*;
use crate::manifest::deployment::{Compose, HealthCheck, Probe, Script, ScriptRun, Service, Upload};
use crate::manifest::scaffold::{self, Layout};
use crate::manifest::templates::Template;
use serde_yaml::Value;

/// The scaffold of a template as files, and the deployment that its `deployment.yaml` says.
fn scaffolded(template: &str) -> App {
    let mut app = App::of("");
    for file in scaffold::files(template, Layout::Portable, "us-east-1") {
        app = app.with(file.path.as_str(), &file.content);
    }
    let text = std::fs::read_to_string(app.root().join(".spot/deployment.yaml")).unwrap();
    let document: Value = serde_yaml::from_str(&text).unwrap();
    fill(&mut app.deployment, &document["deployment"]);
    Template::named(template).unwrap().put_under(&mut app.deployment);
    app
}

/// What the scaffolds use of the format.
fn fill(deployment: &mut Deployment, keys: &Value) {
    let list = |key: &str| keys[key].as_sequence().cloned().unwrap_or_default();
    let path = |value: &Value| format!(".spot/{}", value.as_str().unwrap()).parse().unwrap();
    let span = |text: &str| text.parse().unwrap();
    deployment.uploads.extend(list("uploads").iter().map(|upload| Upload {
        source: path(&upload["source"]),
        destination: upload["dest"].as_str().unwrap().parse().unwrap(),
        mode: upload["permissions"].as_str().map(|mode| mode.parse().unwrap()),
        owner: None,
        exclude: Vec::new(),
        symlinks: Default::default(),
    }));
    deployment.scripts.extend(list("scripts").iter().map(|script| Script {
        name: "setup".to_owned(),
        run: ScriptRun::File(path(&script["path"])),
        working_directory: "/opt/deployment".parse().unwrap(),
        user: "root".to_owned(),
        environment: Default::default(),
        timeout: span(script["timeout"].as_str().unwrap()),
        retries: 0,
    }));
    deployment.services.extend(list("services").iter().map(|service| Service {
        name: service["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
        file: Some(path(&service["file"])),
        drop_ins: Vec::new(),
        enabled: true,
        start: true,
        restart_on_change: true,
    }));
    deployment.compose.extend(list("compose").iter().map(|compose| Compose {
        name: compose["name"].as_str().unwrap().to_owned(),
        file: path(&compose["file"]),
        destination: "/opt/deployment/compose.yaml".parse().unwrap(),
    }));
    deployment.health.extend(list("health").iter().map(|check| {
        let text = |key: &str| check[key].as_str().map(str::to_owned);
        let probe = text("http")
            .map(|url| Probe::Http { url, status: None })
            .or_else(|| text("systemd").map(|unit| Probe::Systemd { unit }))
            .or_else(|| text("command").map(|command| Probe::Command { command }))
            .or_else(|| text("compose").map(|project| Probe::Compose { project }));
        HealthCheck {
            name: "health".to_owned(),
            probe: probe.unwrap(),
            interval: span("10s"),
            timeout: span("5s"),
            retries: 3,
            start_period: span("1m"),
        }
    }));
}

#[test]
fn every_scaffold_has_no_fault() {
    for template in scaffold::templates() {
        let app = scaffolded(template);
        let things =
            [app.deployment.uploads.len(), app.deployment.scripts.len(), app.deployment.health.len()];
        assert!(things.iter().all(|count| *count > 0), "{template}: {things:?}");
        assert_eq!(app.faults(), [""; 0], "{template}");
    }
}

#[cfg(feature = "net")]
#[test]
fn real_programs_find_nothing_in_any_scaffold() {
    let Some(programs) = tools::real(&TOOLS) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for template in scaffold::templates() {
        let app = scaffolded(template);
        let config = Template::named(template).unwrap().cloud_config;
        let nothing = |_| None;
        let subject = Subject { cloud_config: Some(&config), ..app.subject(&nothing) };
        assert_eq!(shown(&runtime.block_on(all(subject, &programs))), [""; 0], "{template}");
    }
}

#[test]
fn both_layouts_have_the_same_content_and_name_a_way_to_end() {
    for template in scaffold::templates() {
        let contents = |layout| -> Vec<(String, String)> {
            let files = scaffold::files(template, layout, "eu-west-1").into_iter();
            let mut named: Vec<_> =
                files.map(|file| (file.path.file_name().to_owned(), file.content)).collect();
            named.retain(|(name, _)| !matches!(name.as_str(), "deployment.yaml" | "packages.txt"));
            named.sort();
            named
        };
        assert_eq!(contents(Layout::Portable), contents(Layout::Convention), "{template}");
        let configuration =
            &contents(Layout::Portable).into_iter().find(|(name, _)| name == "config.yaml").unwrap().1;
        let keys: Mapping = serde_yaml::from_str(configuration).unwrap();
        assert_eq!(
            (keys["ttl"].as_str(), keys["regions"][0].as_str()),
            (Some("8h"), Some("eu-west-1")),
            "{template}"
        );
    }
}

#[test]
fn what_must_not_be_committed_is_added_once() {
    let (text, added) = scaffold::with_ignored("target", Layout::Portable).unwrap();
    assert_eq!((text.as_str(), added.len()), ("target\n.spot/secrets/\n.spot/.env\n.env\n", 3));
    assert!(scaffold::with_ignored(&text, Layout::Portable).is_none());
}
