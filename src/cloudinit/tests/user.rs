//! What the user adds, as cloud-init itself takes it: its own code consumes the user data, boothooks and all, and says
//! what became of it.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::super::user::{Environment, Job, UserBoot, UserPart, read};
use super::super::{Boot, Delivery, PartKind, RenderError, StoredObject, render};
use super::boot;
use super::machine::{command, said};
use super::server::{Answer, serve};

const PYTHON: &str = "/usr/bin/python3";

/// Has cloud-init consume user data as at a first boot, below a directory that stands for a machine's root, and prints
/// what its later modules go by.
const CONSUME: &str = r#"
import json, os, sys
root, user_data = sys.argv[1], open(sys.argv[2], "rb").read()
os.environ["CLOUDKIT_ROOT"] = root
from cloudinit import settings, stages, util
from cloudinit.distros import ug_util
stages.CLOUD_CONFIG = root + "/etc/cloud/cloud.cfg"
stages.RUN_CLOUD_CONFIG = root + "/run/cloud-init/cloud.cfg"
places = {"cloud_dir": root + "/var/lib/cloud", "run_dir": root + "/run/cloud-init"}
paths = stages.helpers.Paths
stages.helpers.Paths = lambda configured, datasource=None: paths(places, datasource)
init = stages.Init(ds_deps=[])
init.read_cfg()
init.fetch().userdata_raw = user_data
init.instancify()
told = {}
try:
    init.update()
    init.consume_data("once-per-instance")
except Exception as error:
    told["failed"] = str(error)
users, _ = ug_util.normalize_users_groups(init.cfg, init.distro)
told["login"] = ug_util.extract_default(users)[0]
told["keys"] = init.cfg.get("ssh_authorized_keys")
told["configuration"] = {k: v for k, v in init.cfg.items() if k in ("packages", "write_files", "runcmd", "hostname", "users")}
scripts = root + "/var/lib/cloud/instance/scripts"
told["scripts"] = sorted(os.listdir(scripts)) if os.path.isdir(scripts) else []
print("TOLD" + json.dumps(told))
"#;

/// A machine's root with an image's settings.
struct Root {
    directory: tempfile::TempDir,
}

impl Root {
    fn new() -> Self {
        let root = Self { directory: tempfile::tempdir().unwrap() };
        let cloud = root.path().join("var/lib/cloud");
        let settings = format!(
            "users: [default]\ndatasource_list: [None]\nsystem_info:\n  distro: debian\n  default_user: {{name: admin, \
             gecos: x}}\n  paths:\n    cloud_dir: {}\n    run_dir: {}\n",
            cloud.display(),
            root.path().join("run/cloud-init").display()
        );
        for folder in [
            "etc/cloud/cloud.cfg.d",
            "run/cloud-init",
            "var/lib/cloud/instances",
            "var/lib/cloud/data",
            "bin",
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("etc/cloud/cloud.cfg"), settings).unwrap();
        // Nothing of this system is told to do anything.
        for tool in ["systemctl", "logger", "wall", "sleep"] {
            let path = root.path().join("bin").join(tool);
            fs::write(&path, format!("#!/bin/sh\necho \"{tool} $*\" >>\"$CLOUDKIT_ROOT/log\"\n")).unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        root
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn has(&self, below: &str) -> bool {
        self.path().join(below).exists()
    }

    fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path().join(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// What cloud-init makes of this user data.
    fn boot(&self, user_data: &[u8]) -> Value {
        let file = self.path().join("user-data");
        fs::write(&file, user_data).unwrap();
        let path = format!("{}:/usr/bin:/bin", self.path().join("bin").display());
        let output: Output = command(PYTHON)
            .args(["-c", CONSUME])
            .arg(self.path())
            .arg(&file)
            .env("PATH", path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = text.lines().find_map(|line| line.strip_prefix("TOLD"));
        serde_json::from_str(told.unwrap_or_else(|| panic!("{text}\n{}", said(&output)))).unwrap()
    }

    /// The timer's script and its record are there.
    fn has_timer(&self) -> bool {
        self.has("var/lib/cloudkit/deadline")
            && self.has("etc/systemd/system/cloudkit-deadline.timer.d/time.conf")
    }
}

/// Whether cloud-init's code is here; a check that was not made must not look like one that was.
fn has_cloud_init() -> bool {
    let here =
        command(PYTHON).args(["-c", "import cloudinit.stages"]).output().is_ok_and(|it| it.status.success());
    if !here {
        eprintln!("left out: cloud-init is not installed");
    }
    here
}

pub(super) fn parts(file: &str, text: impl AsRef<[u8]>) -> Vec<UserPart> {
    read(file, text.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}

fn with_parts(text: &str) -> Boot {
    Boot { user: UserBoot { parts: parts("user.yaml", text), ..UserBoot::default() }, ..boot() }
}

pub(super) fn refused(text: impl AsRef<[u8]>) -> String {
    let error = read("user.yaml", text.as_ref()).unwrap_err();
    let hint = error.hint().unwrap();
    format!("{error}\n  {hint}")
}

/// Noise that a compressor makes nothing of.
fn noise(bytes: usize) -> String {
    let words = (0..).map(|n: u64| {
        format!(
            "{:016x}",
            (n ^ (n >> 7))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(31)
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
        )
    });
    words.take(bytes / 16 + 1).collect()
}

fn environment() -> Environment {
    let mut environment = Environment::default();
    environment.set("TOKEN", "it's $(hostile) `id`").unwrap();
    environment.set("TWO_LINES", "a\nb").unwrap();
    environment
}

fn jobs() -> Vec<Job> {
    vec![
        Job::script("dir/setup it.sh", "#!/bin/sh\necho \"script: $TOKEN\"\n").unwrap().0,
        Job::command("echo \"command: $TOKEN\"; echo 'it''s'").unwrap(),
    ]
}

fn delivered(user: UserBoot) -> (Boot, Option<StoredObject>) {
    let mut boot = Boot { user, ..boot() };
    let stored = boot.deliver().unwrap();
    if let Some(object) = &mut boot.object {
        object.source.url =
            "https://bucket.s3.eu-central-1.amazonaws.com/user/x?X-Amz-Expires=3600".to_owned();
    }
    (boot, stored)
}

/// A boot for each way in which what the user adds gets to a machine.
pub(super) fn every_delivery() -> Vec<(&'static str, Boot)> {
    let large = |text: &str| format!("{text}# {}\n", noise(60_000));
    let salt = "0123456789abcdef".to_owned();
    let base = UserBoot { jobs: jobs(), salt, ..UserBoot::default() };
    let large_job = Job::script("large.sh", &large("#!/bin/sh\n")).unwrap().0;
    let all = [
        ("user-data", Delivery::UserData, base.clone()),
        ("environment", Delivery::Environment, UserBoot { environment: environment(), ..base.clone() }),
        (
            "jobs",
            Delivery::Jobs,
            UserBoot { jobs: vec![large_job], environment: environment(), ..base.clone() },
        ),
        (
            "everything",
            Delivery::Everything,
            UserBoot { parts: parts("large", large("#!/bin/sh\n")), environment: environment(), ..base },
        ),
    ];
    all.map(|(name, expected, user)| {
        let boot = delivered(user).0;
        assert_eq!(boot.delivery, expected, "{name}");
        (name, boot)
    })
    .into()
}

#[test]
fn everybodys_keys_reach_the_login_user() {
    if !has_cloud_init() {
        return;
    }
    for config in [
        "#cloud-config\nssh_authorized_keys:\n  - ssh-ed25519 AAAAbob bob\npackages: [htop]\n",
        "#cloud-config\nusers: [default, {name: bob}]\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\n",
        "#cloud-config\nmerge_how: 'dict(replace)+list()+str()'\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\n",
        "#cloud-config\nmerge_how: [{name: dict, settings: [allow_delete, no_replace]}]\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\n",
    ] {
        let root = Root::new();
        let told = root.boot(render(&with_parts(config)).unwrap().bytes());
        assert_eq!(told["login"], "admin", "{config}");
        let keys = serde_json::json!([
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample me@laptop",
            "ssh-ed25519 AAAAbob bob"
        ]);
        assert_eq!(told["keys"], keys, "{config}");
        assert!(root.has_timer(), "{config}");
        assert!(told.get("failed").is_none(), "{told}");
    }
}

/// Why these are refused: what cloud-init does with them is shown beside.
#[test]
fn what_would_take_the_timer_or_the_key_away_does_so_in_cloud_init_and_is_refused() {
    if !has_cloud_init() {
        return;
    }
    let as_part = |kind, text: &str| {
        let part = UserPart { kind, origin: String::new(), body: text.to_owned() };
        let boot = Boot { user: UserBoot { parts: vec![part], ..UserBoot::default() }, ..boot() };
        render(&boot).unwrap()
    };
    let users = "#cloud-config\nusers: [{name: bob}]\n";
    let told = Root::new().boot(as_part(PartKind::CloudConfig, users).bytes());
    assert_eq!(told["login"], Value::Null, "nobody is the login user");
    assert!(refused(users).contains("without the entry default"));

    let user = "#cloud-config\nuser: bob\n";
    assert_eq!(Root::new().boot(as_part(PartKind::CloudConfig, user).bytes())["login"], "bob");
    assert!(refused(user).contains("somebody else the login user"));

    // As a mail that holds an include of an address that answers nothing.
    let include = "#include\nfile:///nowhere/at/all\n";
    let archive = String::from_utf8(
        render(&with_parts("#!/bin/sh\ntrue\n"))
            .map(|data| super::super::mime::multipart(data.parts()).into_bytes())
            .unwrap(),
    );
    let archive =
        archive.unwrap().replace("#!/bin/sh\ntrue\n", include).replace("text/x-shellscript", "text/plain");
    let root = Root::new();
    let told = root.boot(archive.as_bytes());
    assert!(told["failed"].as_str().unwrap().contains("/nowhere/at/all"), "{told}");
    assert!(!root.has_timer(), "the timer is not set, although its part is the first");
    assert!(refused(include).contains("a fetch that fails would keep the deadline's timer"));
}

#[test]
fn the_parts_run_in_their_order() {
    if !has_cloud_init() {
        return;
    }
    let mut boot = with_parts(
        "#cloud-config-archive\n- \"#!/bin/sh\\ntrue\\n\"\n- \"#cloud-config\\nruncmd: [ls]\\n\"\n- content: \"## template: jinja\\n#!/bin/sh\\necho {{ v1.platform }}\\n\"\n",
    );
    boot.user.jobs = jobs();
    assert_eq!(boot.deliver().unwrap(), None);
    let told = Root::new().boot(render(&boot).unwrap().bytes());
    let scripts: Vec<_> =
        told["scripts"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(
        scripts,
        [
            "00-cloudkit-agent.sh",
            "user-001.sh",
            "user-003.jinja",
            "zx-cloudkit-user.sh",
            "zz-cloudkit-user.sh"
        ]
    );
    assert!("runcmd" < "zx-cloudkit-user.sh" && "user-999.sh" < "zx");
    assert_eq!(told["configuration"]["runcmd"], serde_json::json!(["ls"]));
}

/// More than user data holds: the boothook fetches it, and cloud-init goes by it in the same boot.
#[test]
fn a_large_cloud_config_is_fetched_before_cloud_init_goes_by_it() {
    if !has_cloud_init() {
        return;
    }
    let config = format!(
        "#cloud-config\nhostname: ours\npackages: [htop]\nssh_authorized_keys: [ssh-ed25519 AAAAbob bob]\nusers: [default, {{name: bob}}]\nwrite_files:\n- {{path: /etc/data, content: {}}}\n",
        noise(50_000)
    );
    let mut added = parts("large.yaml", config);
    added.extend(parts("second.yaml", "#cloud-config\npackages: [vim]\n"));
    added.extend(parts("run.sh", "#!/bin/sh\ntrue\n"));
    added.extend(parts("hook", "#cloud-boothook\n#!/bin/sh\necho hook >>\"$CLOUDKIT_ROOT/hooked\"\n"));
    let user = UserBoot { parts: added, jobs: jobs(), environment: environment(), salt: "s".to_owned() };
    let (mut boot, stored) = delivered(user);
    assert_eq!(boot.delivery, Delivery::Everything);
    let content = stored.unwrap().content;
    let address = serve(move |head| match head.contains("x-amz-expected-bucket-owner: 123456789012") {
        true => Answer::Ok(content.clone().into_bytes()),
        false => Answer::Status(403),
    });
    let object = boot.object.as_mut().unwrap();
    object.source.url = format!("{address}/user/x?X-Amz-Signature=abc");
    object.source.headers = vec![("x-amz-expected-bucket-owner".to_owned(), "123456789012".to_owned())];
    let root = Root::new();
    let data = render(&boot).unwrap();
    let told = root.boot(data.bytes());
    assert_eq!(told["login"], "admin");
    assert_eq!(told["keys"].as_array().unwrap().len(), 2, "{}", told["keys"]);
    assert_eq!(told["configuration"]["hostname"], "ours");
    assert_eq!(told["configuration"]["packages"], serde_json::json!(["vim"]), "as cloud-init merges parts");
    assert_eq!(told["configuration"]["write_files"][0]["path"], "/etc/data");
    assert_eq!(
        told["scripts"],
        serde_json::json!(["00-cloudkit-agent.sh", "user-003.sh", "zz-cloudkit-user.sh"])
    );
    assert!(root.has_timer());
    assert_eq!(root.read("hooked"), "hook\n");
    assert!(root.read("etc/cloudkit/environment").contains("export TOKEN="));
    // The next boot has nothing to fetch, and runs the boothooks again.
    boot.object.as_mut().unwrap().source.url = "http://127.0.0.1:9/".to_owned();
    root.boot(render(&boot).unwrap().bytes());
    assert_eq!(root.read("hooked"), "hook\nhook\n");
}

#[test]
fn a_fetch_that_fails_takes_nothing_of_ours_away() {
    if !has_cloud_init() {
        return;
    }
    let (mut boot, _) = delivered(UserBoot {
        parts: parts("large.yaml", format!("#cloud-config\nx: {}\n", noise(60_000))),
        ..UserBoot::default()
    });
    boot.object.as_mut().unwrap().source.url =
        serve(|_| Answer::Ok(b"echo evil >$CLOUDKIT_ROOT/evil".to_vec()));
    let root = Root::new();
    let told = root.boot(render(&boot).unwrap().bytes());
    assert_eq!((told["login"].as_str(), told["keys"].as_array().unwrap().len()), (Some("admin"), 1));
    assert!(root.has_timer());
    assert!(!root.has("evil"));
    assert!(root.read("var/lib/cloudkit/user/failure").contains("SHA-256"));
}

#[test]
fn no_value_of_the_environment_is_in_user_data() {
    for (name, boot) in every_delivery() {
        let data = render(&boot).unwrap();
        for part in data.parts() {
            assert!(!part.body().contains("hostile"), "{name}: {part:?}");
        }
        assert!(!format!("{boot:?} {data:?}").contains("hostile"), "{name}");
    }
}

#[test]
fn what_is_large_and_cannot_be_fetched_is_refused() {
    let large = |text: String| {
        let mut boot = with_parts(&text);
        boot.deliver().unwrap_err()
    };
    let template = large(format!("## template: jinja\n#cloud-config\nx: {}\n", noise(60_000)));
    assert!(matches!(template, RenderError::NotFetchable { .. }), "{template}");
    let merged = large(format!("#cloud-config\nmerge_how: list()+dict()+str()\nx: {}\n", noise(60_000)));
    insta::assert_snapshot!(merged, @"user.yaml is too large for user data, and merge_how and launch-index count only in the user data");
}

/// cloud-init's schema holds for the document that takes the place of what was too large.
#[test]
fn cloud_init_accepts_the_cloud_config_that_is_placed() {
    if !command("cloud-init").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("left out: cloud-init is not installed");
        return;
    }
    let user = UserBoot {
        parts: parts(
            "large.yaml",
            format!(
                "#cloud-config\npackages: [htop]\nwrite_files:\n- {{path: /a, content: {}}}\n",
                noise(60_000)
            ),
        ),
        ..UserBoot::default()
    };
    let (_, stored) = delivered(user);
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("object");
    fs::write(&script, stored.unwrap().content).unwrap();
    let root = directory.path().join("root");
    assert!(command("sh").arg(script).env("CLOUDKIT_ROOT", &root).status().unwrap().success());
    let placed = root.join("etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg");
    let text = fs::read_to_string(&placed).unwrap();
    fs::write(&placed, format!("#cloud-config\n{text}")).unwrap();
    let output = command("cloud-init").args(["schema", "--config-file"]).arg(&placed).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}
