//! Portable folders: everything that can be said, and everything that can be wrong.

use super::*;

/// What is set up, of a `deployment:` with these keys, beside `files`.
fn portable(keys: &str, files: &[&str]) -> Loaded {
    let text = format!("version: 1\ndeployment:\n{keys}");
    let mut all = vec![CONFIG, (".spot/deployment.yaml", text.as_str())];
    all.extend(files.iter().map(|file| (*file, "")));
    load_files(&all)
}

/// Every key once.
const EVERYTHING: &str = "  packages: [nginx, {name: jq, version: 1.10}]
  uploads:
    - {source: files/site.conf, dest: /etc/nginx/conf.d/, permissions: \"0640\", owner: root:www-data}
    - {source: ../site, dest: /var/www, exclude: ['*.psd'], symlinks: follow}
    - source: files/plain.txt
  tarball_url: [https://example.org/app.tar.gz, {url: s3://bucket/a/b.tar, dest: /opt/b}, files/c.tgz]
  scripts:
    - {command: echo last, order: 9}
    - {path: scripts/setup.sh, user: app, env: {A: 1}, timeout: 1h, retries: 2, working_dir: /srv}
    - {name: Main step, path: scripts/setup.sh}
  services:
    - nginx
    - {file: services/report.service, drop_ins: services/limits.conf}
    - {file: services/report.timer, restart_on_change: false}
  compose: compose.yaml
  secrets:
    TOKEN: env:MY_TOKEN
    key: {from: file:files/key.pem, dest: /etc/key.pem}
    db: parameter:/prod/db
  env: {PORT: 8080}
  health:
    - {http: 'http://127.0.0.1:8080/', status: 204, interval: 2s}
    - tcp: 22
    - systemd: nginx
    - {command: test -f /x, name: x there}
  hooks: {pre_stop: scripts/drain.sh}
  on_failure: end
  template: python
";

const FILES: &[&str] = &[
    ".spot/files/site.conf",
    "site/index.html",
    ".spot/files/plain.txt",
    ".spot/files/c.tgz",
    ".spot/scripts/setup.sh",
    ".spot/services/report.service",
    ".spot/services/report.timer",
    ".spot/services/limits.conf",
    ".spot/files/key.pem",
    ".spot/scripts/drain.sh",
    ".spot/compose.yaml",
];

#[test]
fn a_portable_folder_says_everything() {
    let loaded = portable(EVERYTHING, FILES);
    assert_eq!(told(&loaded), "");
    let deployment = loaded.deployment.as_ref().unwrap();
    insta::assert_snapshot!(lines(deployment), @r#"
    compose {"destination":"/opt/deployment/compose.yaml","file":".spot/compose.yaml","name":"app"}
    environment: {"PORT":"8080"}
    health {"interval":"2s","name":"http","probe":{"http":{"status":204,"url":"http://127.0.0.1:8080/"}},"retries":3,"start_period":"1m","timeout":"5s"}
    health {"interval":"10s","name":"tcp-22","probe":{"tcp":{"port":22}},"retries":3,"start_period":"1m","timeout":"5s"}
    health {"interval":"10s","name":"systemd-nginx.service","probe":{"systemd":{"unit":"nginx.service"}},"retries":3,"start_period":"1m","timeout":"5s"}
    health {"interval":"10s","name":"x-there","probe":{"command":{"command":"test -f /x"}},"retries":3,"start_period":"1m","timeout":"5s"}
    health {"interval":"10s","name":"compose-app","probe":{"compose":{"project":"app"}},"retries":3,"start_period":"1m","timeout":"5s"}
    hooks {"file":".spot/scripts/drain.sh","name":"drain.sh"}
    on_failure: "end"
    packages {"name":"nginx"}
    packages {"name":"jq","version":"1.10"}
    packages {"name":"ca-certificates"}
    packages {"name":"python3"}
    packages {"name":"python3-pip"}
    packages {"name":"python3-venv","only":"apt"}
    schema: "cloudkit.deployment/v1"
    scripts {"environment":{"A":"1"},"name":"setup","retries":2,"run":{"file":".spot/scripts/setup.sh"},"timeout":"1h","user":"app","working_directory":"/srv"}
    scripts {"name":"Main-step","retries":0,"run":{"file":".spot/scripts/setup.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"command-1","retries":0,"run":{"command":"echo last"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    secrets {"name":"TOKEN"}
    secrets {"name":"db"}
    secrets {"destination":"/etc/key.pem","name":"key"}
    services {"enabled":true,"name":"nginx.service","restart_on_change":true,"start":true}
    services {"drop_ins":[".spot/services/limits.conf"],"enabled":false,"file":".spot/services/report.service","name":"report.service","restart_on_change":true,"start":false}
    services {"enabled":true,"file":".spot/services/report.timer","name":"report.timer","restart_on_change":false,"start":true}
    tarballs {"destination":"/opt/deployment","source":{"url":"https://example.org/app.tar.gz"}}
    tarballs {"destination":"/opt/b","source":{"s3":{"bucket":"bucket","key":"a/b.tar"}}}
    tarballs {"destination":"/opt/deployment","source":{"file":".spot/files/c.tgz"}}
    uploads {"destination":"/etc/nginx/conf.d/site.conf","mode":"0640","owner":"root:www-data","source":".spot/files/site.conf","symlinks":"keep"}
    uploads {"destination":"/var/www","exclude":["*.psd"],"source":"site","symlinks":"follow"}
    uploads {"destination":"/opt/deployment/plain.txt","source":".spot/files/plain.txt","symlinks":"keep"}
    "#);
    insta::assert_snapshot!(serde_json::to_string(&loaded.secrets).unwrap(), @r#"[{"name":"TOKEN","from":{"environment":"MY_TOKEN"}},{"name":"db","from":{"parameter":"/prod/db"}},{"name":"key","from":{"file":".spot/files/key.pem"}}]"#);
    insta::assert_snapshot!(lines(loaded.placement.as_ref().unwrap()), @r#"
    count: 1
    dedicated_network: false
    ending: {"after":"8h"}
    idle_timeout: null
    login_user: null
    market: "on-demand"
    name: "my-app"
    private_key: null
    public_key: null
    regions {"image":null,"instance_types":["m7i.large"],"region":"us-east-1","weight":1}
    root_gib: null
    spread: "even"
    tags: {}
    "#);
    assert_eq!(loaded.templates, [Template::Named("python".to_owned())]);
    let place = loaded.places.of(&Thing::Script(0)).unwrap();
    assert_eq!((place.file.as_str(), place.line), (".spot/deployment.yaml", Some(11)));
    let carried: Deployment = serde_json::from_str(&json(deployment)).unwrap();
    assert_eq!(&carried, deployment, "what travels arrives as it was");
}

/// Each kind of fault once.
const WRONG: &str = "  packages: [nginx, nginx, 'a b']
  pakages: [curl]
  uploads:
    - {source: files/sit.conf, dest: /a}
    - {source: files/site.conf, dest: /a, permissions: 999}
    - {source: files/site.conf, dest: /b}
    - {source: files/other.conf, dest: /b}
    - {source: ../../etc, dest: relative}
    - {source: files/.env}
  tarball_url: [gs://b/k.tar, 'ftp://x/y', s3://bucket, {url: https://x/y, sha256: abc}, files]
  scripts:
    - {name: a, command: x, path: y}
    - {name: b}
    - {name: c, command: x, timeout: 5 minutes, user: Root}
    - {name: d, command: x}
    - {name: d, command: y}
  services:
    - {name: web.timer, file: services/web.service}
    - {file: services/web.conf}
    - {enabled: false}
    - 'a b'
    - nginx
    - nginx.service
  secrets: {TOKEN: hunter2, 'a/b': env:X}
  env: {1X: a}
  health:
    - {tcp: 0}
    - {tcp: 1, http: http://x}
    - {http: localhost}
    - {name: nothing}
    - {compose: none}
  on_failure: stay
  template: dokcer
";

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let loaded = portable(
        WRONG,
        &[
            ".spot/files/site.conf",
            ".spot/files/other.conf",
            ".spot/files/.env",
            ".spot/services/web.service",
            ".spot/services/web.conf",
        ],
    );
    insta::assert_snapshot!(told(&loaded), @r#"
    .spot/deployment.yaml:3:21 Error duplicate-name: the package nginx is there twice
    .spot/deployment.yaml:3:28 Error bad-value: "a b" is no name of a package, or its version is none
    .spot/deployment.yaml:4:3 Error unknown-key: no key is called "pakages" here -> did you mean packages?
    .spot/deployment.yaml:6:16 Error missing-file: there is no "files/sit.conf" in .spot and none in the repository's root -> .spot/files has site.conf
    .spot/deployment.yaml:7:56 Error bad-value: "999" is not a mode of three or four octal digits, such as 0644
    .spot/deployment.yaml:9:40 Error duplicate-destination: /b is written twice: by line 8 too
    .spot/deployment.yaml:10:16 Error bad-path: "../../etc" is not a path within the app folder, such as files/app.conf
    .spot/deployment.yaml:10:33 Error bad-value: "relative" is not an absolute path on the machine, such as /opt/app
    .spot/deployment.yaml:11:7 Warning secret-in-bundle: .spot/files/.env looks like a secret, and uploads lie open in the bundle -> give it under secrets: NAME: {from: file:PATH, dest: PLACE}
    .spot/deployment.yaml:12:17 Error bad-value: gs:// is not fetched -> write https://storage.googleapis.com/b/k.tar
    .spot/deployment.yaml:12:31 Error bad-value: "ftp://x/y" is no http://, https://, s3:// or file
    .spot/deployment.yaml:12:44 Error bad-value: "s3://bucket" is no s3://BUCKET/KEY
    .spot/deployment.yaml:12:84 Error bad-value: a SHA-256 is 64 hexadecimal digits, as sha256sum prints them
    .spot/deployment.yaml:12:90 Error not-a-file: .spot/files is no file -> a folder is uploaded as it is: uploads: [{source: .spot/files}]
    .spot/deployment.yaml:14:7 Error contradiction: a script has a path or a command, and this one has both
    .spot/deployment.yaml:15:7 Error missing-key: a script has a path or a command, and this one has neither
    .spot/deployment.yaml:16:38 Error bad-value: "5 minutes" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    .spot/deployment.yaml:16:55 Error bad-value: "Root" is not an owner such as www-data or app:www-data
    .spot/deployment.yaml:18:14 Error duplicate-name: another script is called "d" too -> give it a name of its own: name
    .spot/deployment.yaml:20:14 Error unit-name: the name "web.timer" does not go with a file that ends with .service
    .spot/deployment.yaml:21:14 Error unit-name: .spot/services/web.conf is no unit: its name ends with none of .service, .timer, .socket
    .spot/deployment.yaml:22:7 Error missing-key: a service has a name or a file, and this one has neither
    .spot/deployment.yaml:23:7 Error unit-name: "a b" is no name of a unit: letters, digits and : - _ . \ @
    .spot/deployment.yaml:25:7 Error duplicate-name: another service is called "nginx.service" too -> give it a name of its own: name
    .spot/deployment.yaml:26:20 Error bad-value: this is none of env:VARIABLE, file:PATH and parameter:NAME -> a value itself is never written here
    .spot/deployment.yaml:26:36 Error bad-value: "a/b" is no name of a secret: letters, digits, _, - and .
    .spot/deployment.yaml:27:13 Error bad-value: "1X" is no name of a variable: letters, digits and _
    .spot/deployment.yaml:29:13 Error bad-value: a port is a number from 1 to 65535
    .spot/deployment.yaml:30:7 Error contradiction: a check has exactly one of systemd, tcp, http, command and compose
    .spot/deployment.yaml:31:14 Error bad-value: "localhost" is no address such as http://127.0.0.1:8080/health
    .spot/deployment.yaml:32:7 Error missing-key: a check has exactly one of systemd, tcp, http, command and compose
    .spot/deployment.yaml:33:17 Error missing-thing: no compose project is called "none"
    .spot/deployment.yaml:34:15 Error bad-value: "stay" is none of keep, end
    .spot/deployment.yaml:35:13 Error bad-value: no template is called "dokcer"; there are minimal, docker, python, node, gpu -> did you mean docker?
    "#);
    let shown = json(&loaded.faults);
    assert!(!shown.contains("hunter2"), "what may be a secret is not shown");
}

#[test]
fn a_file_that_is_not_there_or_not_yaml_is_told() {
    let cases: [&[(&str, &str)]; 6] = [
        &[(".spot/x", "")],
        &[(".spot/deployment.yaml", ""), CONFIG],
        &[(".spot/deployment.yaml", "version: 2\ndeployment: {}\n"), CONFIG],
        &[(".spot/deployment.yaml", "deployment:\n\t- a\n"), CONFIG],
        &[(".spot/deployment.yaml", "- a\n"), CONFIG],
        &[(".spot/deployment.yaml", "version: 1\ndeployment:\npackages: [a]\n"), CONFIG],
    ];
    let all: Vec<String> = cases.iter().map(|files| told(&load_files(files))).collect();
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    Error missing-file: there is no .spot/deployment.yaml, which says what is deployed -> write one with version: 1 and deployment: below it; its keys: cloudkit help deployment
    Error missing-file: there is no .spot/config.yaml, which says on which machines -> write one with regions: [us-east-1], types: [m7i.large] and ttl: 8h; its keys: cloudkit help deployment

    .spot/deployment.yaml:1:1 Error missing-key: the key "version" is missing -> begin with a line version: 1 and a line deployment:, and indent what is deployed below that
    .spot/deployment.yaml:1:1 Error missing-key: the key "deployment" is missing -> begin with a line version: 1 and a line deployment:, and indent what is deployed below that

    .spot/deployment.yaml:1:10 Error bad-value: version 2 is not known: the one there is is 1

    .spot/deployment.yaml:2:2 Error not-yaml: this is not YAML: tabs disallowed within this context (block indentation)

    .spot/deployment.yaml:1:1 Error wrong-type: this is a list, and has to be a mapping of keys and values

    .spot/deployment.yaml:3:1 Error unknown-key: no key is called "packages" here -> the keys here are version, deployment
    "#);
}

#[test]
fn the_documents_examples_are_right() {
    let document = include_str!("../../../../docs/deployment.md");
    let blocks: Vec<&str> =
        document.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        let loaded = if block.contains("regions:") {
            load_files(&[
                (".spot/deployment.yaml", "version: 1\ndeployment: {}\n"),
                (".spot/config.yaml", block),
            ])
        } else {
            load_files(&[CONFIG, (".spot/deployment.yaml", block)])
        };
        // The files that they name are the reader's.
        let wrong: Vec<&Fault> = loaded.faults.iter().filter(|fault| fault.rule != "missing-file").collect();
        assert!(wrong.is_empty(), "{block}\n{wrong:?}");
    }
}
