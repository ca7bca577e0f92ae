//! Folders of the older tool, as its documentation has them.

use super::*;
use crate::manifest::Severity;

fn has_no_error(loaded: &Loaded) -> bool {
    loaded.faults.iter().all(|fault| fault.severity != Severity::Error)
}

/// As its documentation has it, with the keys that it names.
const CONFIG: &str = "\
aws:
  total_instances: 3
  username: ubuntu
  public_ssh_key_path: ~/.ssh/id_ed25519.pub
  private_ssh_key_path: ~/.ssh/id_ed25519
  files_directory: files
  scripts_directory: instance/scripts
  cloud_init_template: instance/cloud-init/init.yml
  startup_script: instance/scripts/startup.py
  additional_commands_script: instance/scripts/additional_commands.sh
  docker_compose_template: instance/compose.yaml
  spot_price_limit: 0.10
  instance_storage_gb: 20
  security_group_name: spot-sg
  vpc_tag_name: spot-vpc
  associate_public_ip: true
  ensure_default_vpc: true
  use_dedicated_vpc: true
  ssh_key_name: my-key
  tags:
    Project: Demo
    NodeCount: \"3\"
regions:
  - us-west-2:
      machine_type: t3.medium
      image: auto
  - eu-west-1:
      machine_type: t3.small
      image: ami-0123456789abcdef0
";

#[test]
fn its_configuration_is_spot_machines_that_are_kept() {
    let loaded = load_files(&[("deployment/setup.sh", ""), ("config.yaml", CONFIG)]);
    assert!(has_no_error(&loaded), "{}", told(&loaded));
    insta::assert_snapshot!(told(&loaded), @"
        config.yaml:1:1 Note older-format: this is the older format: spot machines that are kept -> write keys at the top, market: spot and ttl: 8h (or keep: true)
        config.yaml:6:3 Note no-effect: files_directory has no effect: deployment.yaml names its files itself -> leave it out
        config.yaml:7:3 Note no-effect: scripts_directory has no effect: deployment.yaml names its files itself -> leave it out
        config.yaml:8:3 Note no-effect: cloud_init_template has no effect: deployment.yaml names its template itself: template: ./FILE -> leave it out
        config.yaml:9:3 Note no-effect: startup_script has no effect: deployment.yaml names its scripts itself -> leave it out
        config.yaml:10:3 Note no-effect: additional_commands_script has no effect: deployment.yaml names its scripts itself -> leave it out
        config.yaml:11:3 Note no-effect: docker_compose_template has no effect: deployment.yaml names its compose files itself: compose: FILE -> leave it out
        config.yaml:12:3 Note older-spelling: spot_price_limit is the most that an hour of a machine may cost, which older versions did not see to -> write max_price
        config.yaml:14:3 Note no-effect: security_group_name has no effect: each deployment has a security group of its own -> leave it out
        config.yaml:15:3 Note no-effect: vpc_tag_name has no effect: what a deployment makes is found by its tags -> leave it out
        config.yaml:16:3 Note no-effect: associate_public_ip has no effect: machines have a public address -> leave it out
        config.yaml:17:3 Note no-effect: ensure_default_vpc has no effect: a region without a default network gets one made -> leave it out
        config.yaml:19:3 Note no-effect: ssh_key_name has no effect: the key is a file: public_ssh_key_path -> leave it out
        ");
    insta::assert_snapshot!(lines(loaded.placement.as_ref().unwrap()), @r#"
    count: 3
    dedicated_network: true
    ending: "keep"
    idle_timeout: null
    login_user: "ubuntu"
    market: {"spot":{"max_price":"0.10","or_on_demand":false}}
    name: "my-app"
    private_key: "~/.ssh/id_ed25519"
    public_key: "~/.ssh/id_ed25519.pub"
    regions {"image":"ubuntu","instance_types":["t3.medium"],"region":"us-west-2","weight":1}
    regions {"image":"ami-0123456789abcdef0","instance_types":["t3.small"],"region":"eu-west-1","weight":1}
    root_gib: 20
    spread: "even"
    tags: {"NodeCount":"3","Project":"Demo"}
    "#);
}

#[test]
fn it_read_its_configuration_in_the_root_too() {
    let manifest = (".spot/deployment.yaml", "version: 1\ndeployment:\n  packages: [curl]\n");
    let loaded = load_files(&[manifest, ("config.yaml", CONFIG)]);
    assert_eq!(loaded.placement.unwrap().count, 3);
    let of_the_app = load_files(&[manifest, ("config.yaml", "debug: true\n")]);
    assert!(told(&of_the_app).contains("there is no .spot/config.yaml"), "{}", told(&of_the_app));
}

#[test]
fn its_example_folders_load() {
    let node = "\
version: 1
deployment:
  packages: [nodejs, npm, nginx]
  scripts:
    - {name: install-app, path: scripts/install.sh, order: 1}
    - {name: configure-nginx, path: scripts/nginx.sh, order: 2}
  uploads:
    - source: configs/app.conf
      destination: /opt/app/app.conf
      permissions: \"600\"
    - source: configs/nginx.conf
      dest: /etc/nginx/sites-available/app
      permissions: 0644
  services:
    - name: nodeapp
      file: services/nodeapp.service
      enabled: true
      start: true
";
    let loaded = load_files(&[
        (".spot/deployment.yaml", node),
        (".spot/config.yaml", CONFIG),
        (".spot/scripts/install.sh", ""),
        (".spot/scripts/nginx.sh", ""),
        (".spot/configs/app.conf", ""),
        (".spot/configs/nginx.conf", ""),
        (".spot/services/nodeapp.service", ""),
    ]);
    assert!(has_no_error(&loaded), "{}", told(&loaded));
    let of_deployment: Vec<String> =
        told(&loaded).lines().filter(|line| line.contains("deployment.yaml")).map(str::to_owned).collect();
    insta::assert_snapshot!(of_deployment.join("\n"), @r#"
        .spot/config.yaml:6:3 Note no-effect: files_directory has no effect: deployment.yaml names its files itself -> leave it out
        .spot/config.yaml:7:3 Note no-effect: scripts_directory has no effect: deployment.yaml names its files itself -> leave it out
        .spot/config.yaml:8:3 Note no-effect: cloud_init_template has no effect: deployment.yaml names its template itself: template: ./FILE -> leave it out
        .spot/config.yaml:9:3 Note no-effect: startup_script has no effect: deployment.yaml names its scripts itself -> leave it out
        .spot/config.yaml:10:3 Note no-effect: additional_commands_script has no effect: deployment.yaml names its scripts itself -> leave it out
        .spot/config.yaml:11:3 Note no-effect: docker_compose_template has no effect: deployment.yaml names its compose files itself: compose: FILE -> leave it out
        .spot/deployment.yaml:9:7 Note older-spelling: destination is the older name of dest -> write dest
        .spot/deployment.yaml:13:20 Note plain-mode: 0644 without quotes is a number to YAML; it is read as the mode 0644 -> write "0644"
        "#);
    let deployment = loaded.deployment.unwrap();
    assert_eq!(deployment.services[0].name, "nodeapp.service");
    assert_eq!(deployment.uploads[1].mode.unwrap().to_string(), "0644");
}

#[test]
fn the_other_schema_of_its_guide_loads() {
    let guide = "\
version: 1
template: docker
packages:
  - nodejs
scripts:
  - {name: configure, path: scripts/configure.sh, order: 2}
  - {name: setup, path: scripts/setup.sh, order: 1}
services:
  - webapp.service
uploads:
  - source: configs/app.config
    destination: /opt/app/config.json
tarball_source: ./my-app
cloud_init:
  packages: [htop]
  runcmd:
    - echo \"Custom setup\"
";
    let config = "\
aws:
  environment:
    NODE_ENV: production
regions:
  - us-west-2:
      instances: 3
      machine_type: t3.medium
  - eu-west-1:
      instances: 2
      machine_type: t3.small
";
    let loaded = load_files(&[
        (".spot/deployment.yaml", guide),
        (".spot/config.yaml", config),
        (".spot/scripts/configure.sh", ""),
        (".spot/scripts/setup.sh", ""),
        (".spot/services/webapp.service", ""),
        (".spot/configs/app.config", ""),
        ("my-app/server.js", ""),
    ]);
    insta::assert_snapshot!(told(&loaded), @r#"
        .spot/config.yaml:1:1 Note older-format: this is the older format: spot machines that are kept -> write keys at the top, market: spot and ttl: 8h (or keep: true)
        .spot/config.yaml:2:3 Note older-spelling: variables are part of the deployment -> write them into deployment.yaml: env, and what is secret: secrets
        .spot/config.yaml:6:7 Note older-spelling: instances is how many machines a region has -> write count, spread: weights, and weight for each region
        .spot/deployment.yaml:2:1 Note older-spelling: keys at the top are taken for those of the deployment -> write a line deployment: and indent them below it
        .spot/deployment.yaml:9:5 Note older-spelling: "webapp.service" alone is taken for the file .spot/services/webapp.service -> write {file: services/webapp.service}
        .spot/deployment.yaml:12:5 Note older-spelling: destination is the older name of dest -> write dest
        .spot/deployment.yaml:13:1 Note older-spelling: tarball_source is the older way to upload a folder -> write uploads: [{source: ./my-app}]
        .spot/deployment.yaml:14:1 Note older-spelling: cloud_init is the older place of packages and commands -> write packages: and scripts: [{command: LINE}]; the rest goes into a template
        "#);
    insta::assert_snapshot!(lines(loaded.deployment.as_ref().unwrap()), @r#"
    environment: {"NODE_ENV":"production"}
    on_failure: "keep"
    packages {"name":"nodejs"}
    packages {"name":"htop"}
    packages {"name":"docker.io","only":"apt"}
    packages {"name":"docker-compose-v2","only":"ubuntu"}
    packages {"name":"docker-compose","only":"debian"}
    packages {"name":"docker","only":"dnf"}
    schema: "cloudkit.deployment/v1"
    scripts {"name":"command-3","retries":0,"run":{"command":"echo \"Custom setup\""},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"setup","retries":0,"run":{"file":".spot/scripts/setup.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    scripts {"name":"configure","retries":0,"run":{"file":".spot/scripts/configure.sh"},"timeout":"30m","user":"root","working_directory":"/opt/deployment"}
    services {"enabled":true,"file":".spot/services/webapp.service","name":"webapp.service","restart_on_change":true,"start":true}
    uploads {"destination":"/opt/app/config.json","source":".spot/configs/app.config","symlinks":"keep"}
    uploads {"destination":"/opt/deployment","source":"my-app","symlinks":"keep"}
    "#);
    let placement = loaded.placement.unwrap();
    let weights: Vec<u32> = placement.regions.iter().map(|region| region.weight).collect();
    assert_eq!((placement.count, weights), (5, vec![3, 2]));
}
