//! Templates and how they are merged.
//!
//! Whether cloud-init takes them is asked with the scaffolds.

use super::*;

fn read(text: &str) -> TemplateContent {
    TemplateContent::read(&"mine.yaml".parse().unwrap(), text).unwrap()
}

fn mapping(text: &str) -> Mapping {
    serde_yaml::from_str(text).unwrap()
}

fn names(template: &TemplateContent) -> Vec<(&str, Option<OnlyOn>)> {
    template.packages.iter().map(|package| (package.name.as_str(), package.only)).collect()
}

#[test]
fn every_template_is_a_cloud_config_and_its_packages_are_the_deployments() {
    for (name, _) in DOCUMENTS {
        let template = TemplateContent::named(name).unwrap();
        assert!(template.notes.is_empty() && !template.cloud_config.contains_key("packages"), "{name}");
        let part = template.part().unwrap().unwrap();
        assert!(
            part.starts_with("#cloud-config\n") && part.contains("timezone: Etc/UTC\n"),
            "{name}: {part}"
        );
    }
    assert!(TemplateContent::named("none").is_none());
    assert_eq!(
        names(&TemplateContent::named("docker").unwrap()),
        [
            ("docker.io", Some(OnlyOn::Apt)),
            ("docker-compose-v2", Some(OnlyOn::Ubuntu)),
            ("docker-compose", Some(OnlyOn::Debian)),
            ("docker", Some(OnlyOn::Dnf)),
        ]
    );
    assert_eq!(TemplateContent::named("gpu").unwrap().image, Some("gpu"));
}

#[test]
fn a_package_is_for_the_distributions_that_have_it() {
    for (only, holds) in [
        (OnlyOn::Apt, [true, true, false]),
        (OnlyOn::Dnf, [false, false, true]),
        (OnlyOn::Debian, [true, false, false]),
        (OnlyOn::Ubuntu, [false, true, false]),
    ] {
        let systems = [("debian", ""), ("ubuntu", "debian"), ("amzn", "fedora")];
        assert_eq!(systems.map(|(id, like)| only.holds(id, like)), holds, "{only:?}");
    }
}

#[test]
fn merging_joins_maps_and_lists_and_the_last_word_holds() {
    let first = "timezone: Etc/UTC\nruncmd: [[a], [b]]\napt: {sources: {one: 1}, preserve: true}\nwrite_files: [{path: /a, content: old}, {path: /b}]\nusers: [default]\n";
    let second = "timezone: Europe/Vienna\nruncmd: [[b], [c]]\napt: {sources: {two: 2}, preserve: false}\nwrite_files: [{path: /a, content: new}]\nusers:\nhostname: x\n";
    let both = "timezone: Europe/Vienna\nruncmd: [[a], [b], [c]]\napt: {sources: {one: 1, two: 2}, preserve: false}\nwrite_files: [{path: /a, content: new}, {path: /b}]\nusers: [default]\nhostname: x\n";
    assert_eq!(merged(mapping(first), mapping(second)), mapping(both));
    assert_eq!(merged(mapping(both), mapping(second)), mapping(both), "again changes nothing");
}

#[test]
fn one_of_ones_own_is_merged_with_one_of_cloudkits() {
    let own = read(
        "#cloud-config\npackages: [[docker.io, '27.1']]\nwrite_files: [{path: /etc/motd, content: hello}]\n",
    );
    let docker = TemplateContent::named("docker").unwrap();
    let keys = docker.cloud_config.len();
    let both = docker.with(own);
    assert_eq!(both.image, Some("ubuntu"));
    assert!(both.cloud_config.len() >= keys && both.cloud_config.contains_key("write_files"));
    let versions: Vec<_> = both.packages.iter().filter(|one| one.name == "docker.io").collect();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].version.as_deref(), Some("27.1"));
    assert!(both.packages.iter().any(|one| one.name == "docker-compose-v2"));
}

#[test]
fn a_deployments_own_package_takes_the_place_of_the_templates() {
    let mut deployment: Deployment = serde_yaml::from_str(
        "schema: cloudkit.deployment/v1\npackages: [{name: python3, version: '3.12'}, {name: jq}]\n",
    )
    .unwrap();
    read("#cloud-config\npackages: [python3, [curl, '8.1'], {apt: [tini], snap: [lxd]}]\n")
        .put_under(&mut deployment);
    let shown: Vec<String> =
        deployment.packages.iter().map(|p| format!("{} {:?} {:?}", p.name, p.version, p.only)).collect();
    assert_eq!(
        shown,
        ["python3 Some(\"3.12\") None", "jq None None", "curl Some(\"8.1\") None", "tini None Some(Apt)"]
    );
}

#[test]
fn placeholders_stand_for_nothing_and_other_variables_stay() {
    let template = read(
        "#cloud-config\npackages:\n{{PACKAGES}}\n  - ${PACKAGES}\n  - jq\nruncmd:\n  - echo ${HOME}\n  - {{SCRIPTS}}\nusers: {{SSH_KEY_SECTION}}\n",
    );
    assert_eq!(names(&template), [("jq", None)]);
    assert_eq!(template.part().unwrap().unwrap(), "#cloud-config\nruncmd:\n- echo ${HOME}\n");
    let notes: Vec<_> = template
        .notes
        .iter()
        .map(|note| (note.place.as_ref().unwrap().line.unwrap(), note.message.split(' ').next().unwrap()))
        .collect();
    assert_eq!(notes, [(3, "PACKAGES"), (4, "PACKAGES"), (8, "SCRIPTS"), (9, "SSH_KEY_SECTION")]);
}

#[test]
fn what_is_no_cloud_config_is_a_fault_with_its_line() {
    for (text, line, rule) in [
        ("packages: [a]\n", Some(1), "template"),
        ("#cloud-config\na: [\n", Some(3), "yaml"),
        ("#cloud-config\n- a\n", None, "template"),
        ("#cloud-config\ntimezone: UTC\npackages: nginx\n", Some(3), "template-packages"),
        ("#cloud-config\npackages: [[curl, 8.10]]\n", Some(2), "template-packages"),
        ("#cloud-config\npackages:\n  - {brew: [a]}\n", Some(2), "template-packages"),
    ] {
        let faults = TemplateContent::read(&"mine.yaml".parse().unwrap(), text).unwrap_err();
        let shown: Vec<_> = faults.iter().map(|f| (f.rule, f.place.as_ref().unwrap().line)).collect();
        assert_eq!(shown, [(rule, line)], "{text:?}");
    }
}
