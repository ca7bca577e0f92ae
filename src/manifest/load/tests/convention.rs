//! What is in a `deployment/` folder.

use super::*;

#[test]
fn a_convention_is_what_is_in_its_folder() {
    let loaded = load_files(&[
        ("deployment/init.sh", ""),
        ("deployment/start.sh", ""),
        ("deployment/scripts/20-b.sh", ""),
        ("deployment/scripts/10-a.sh", ""),
        ("deployment/configs/a.conf", ""),
        ("deployment/files/b.bin", ""),
        ("deployment/secrets/db/password", "hunter2"),
        ("deployment/.env", "PASSWORD=hunter2"),
        ("deployment/services/web.service", ""),
        ("deployment/services/web.service.d/limits.conf", ""),
        ("deployment/systemd/report.service", ""),
        ("deployment/report.timer", ""),
        ("deployment/packages.txt", "# tools\nnginx  # the server\njq=1.6\n\nbad;name\n"),
        ("deployment/docker-compose.yml", ""),
        ("deployment/app.py", ""),
        ("deployment/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\nkeep: true\n"),
        ("requirements.txt", ""),
        ("go.mod", ""),
    ]);
    insta::assert_snapshot!(told(&loaded), @r#"
    deployment/packages.txt:5:1 Error bad-value: "bad;name" is no name of a package
    go.mod Note root-not-deployed: packages are installed for go.mod, and files beside deployment/ do not go to machines -> put what is deployed into deployment/files/, which goes to /opt/files, or write .spot/deployment.yaml with uploads: [{source: .., dest: /opt/app}]
    requirements.txt Note root-not-deployed: packages are installed for requirements.txt, and files beside deployment/ do not go to machines -> put what is deployed into deployment/files/, which goes to /opt/files, or write .spot/deployment.yaml with uploads: [{source: .., dest: /opt/app}]
    "#);
    let deployment = loaded.deployment.as_ref().unwrap();
    insta::assert_snapshot!(lines(deployment), @r#"
    compose {"destination":"/opt/deployment/docker-compose.yml","file":"deployment/docker-compose.yml","name":"app"}
    health {"interval":"10s","name":"compose-app","probe":{"compose":{"project":"app"}},"retries":3,"start_period":"1m","timeout":"5s"}
    on_failure: "keep"
    packages {"name":"python3"}
    packages {"name":"python3-pip"}
    packages {"name":"golang"}
    packages {"name":"nginx"}
    packages {"name":"jq","version":"1.6"}
    packages {"name":"docker.io","only":"apt"}
    packages {"name":"docker-compose-v2","only":"ubuntu"}
    packages {"name":"docker-compose","only":"debian"}
    packages {"name":"docker","only":"dnf"}
    schema: "cloudkit.deployment/v1"
    scripts {"name":"init","retries":0,"run":{"file":"deployment/init.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"10-a","retries":0,"run":{"file":"deployment/scripts/10-a.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"20-b","retries":0,"run":{"file":"deployment/scripts/20-b.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"start","retries":0,"run":{"file":"deployment/start.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    secrets {"destination":"/opt/secrets/db/password","name":"db.password"}
    secrets {"destination":"/opt/deployment/.env","name":"dotenv"}
    services {"enabled":true,"file":"deployment/report.timer","name":"report.timer","restart_on_change":true,"start":true}
    services {"drop_ins":["deployment/services/web.service.d/limits.conf"],"enabled":true,"file":"deployment/services/web.service","name":"web.service","restart_on_change":true,"start":true}
    services {"enabled":false,"file":"deployment/systemd/report.service","name":"report.service","restart_on_change":true,"start":false}
    uploads {"destination":"/opt/deployment","exclude":["/configs/","/files/","/services/","/systemd/","/packages.txt","/config.yaml","/*.service","/*.timer","/*.socket","/docker-compose.yml","secrets/",".env",".env.*"],"source":"deployment","symlinks":"keep"}
    uploads {"destination":"/opt/configs","exclude":["secrets/",".env",".env.*"],"mode":"0644","source":"deployment/configs","symlinks":"keep"}
    uploads {"destination":"/opt/files","exclude":["secrets/",".env",".env.*"],"mode":"0644","source":"deployment/files","symlinks":"keep"}
    "#);
    insta::assert_snapshot!(serde_json::to_string(&loaded.secrets).unwrap(), @r#"[{"name":"db.password","from":{"file":"deployment/secrets/db/password"}},{"name":"dotenv","from":{"file":"deployment/.env"}}]"#);
    assert_eq!(loaded.templates, [Template::Named("docker".to_owned())]);
    assert_eq!(loaded.places.of(&Thing::Script(0)).unwrap().file.as_str(), "deployment/init.sh");
    assert!(!format!("{loaded:?}").contains("hunter2"));
}

#[test]
fn a_convention_has_one_configuration() {
    let setup = ("deployment/setup.sh", "");
    let config = "regions: [us-east-1]\ntypes: [m7i.large]\nkeep: true\n";
    let both = load_files(&[setup, ("config.yaml", config), ("deployment/config.yaml", config)]);
    assert!(told(&both).contains("two-files"), "{}", told(&both));
    let none = load_files(&[setup]);
    insta::assert_snapshot!(told(&none), @"Error missing-file: there is no deployment/config.yaml, which says on which machines -> write one with regions: [us-east-1], types: [m7i.large] and ttl: 8h; its keys: cloudkit help deployment");
    let at_root = load_files(&[setup, ("config.yaml", config)]);
    assert_eq!((told(&at_root).as_str(), at_root.config.unwrap().as_str()), ("", "config.yaml"));
    assert_eq!(at_root.placement.unwrap().name, "my-app");
}

/// What can't be looked at is not left out as if it were not there.
#[cfg(unix)]
#[test]
fn a_unit_that_cannot_be_looked_at_is_an_error() {
    let home = repository(&[("deployment/setup.sh", ""), ("deployment/services/web.service", "")]);
    let unit = home.path().join("my-app/deployment/services/web.service");
    std::fs::remove_file(&unit).unwrap();
    std::os::unix::fs::symlink("web.service", &unit).unwrap();
    let error = load(in_folder(&home.path().join("my-app")).unwrap()).unwrap_err();
    assert!(error.to_string().contains("web.service"), "{error}");
}
