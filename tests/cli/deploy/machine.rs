//! Machines of a deployment that can be reached by SSH: a stand-in for ssh, behind which each has a folder for its disk.
//!
//! What is run there is run by a shell of this computer; the agent's `apply` and journalctl are stand-ins too. The agent's
//! fetches what it was told to, by the URL that it was told, and believes the SHA-256 alone.

use serde_json::{Value, json};

use crate::support::{Home, Lab};

const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk";

const SSH: &str = r##"#!/bin/sh
[ "$1" != -V ] || exit 0
for word; do
    case $word in HostKeyAlias=*) id=${word#HostKeyAlias=} ;; esac
    line=$word
done
export DISK="$HOME/machines/$id" PATH="$HOME/machines/bin:$PATH"
printf '%s\n' "$*" >>"$DISK/words"
printf '%s\n' "$line" >>"$DISK/asked"
if [ -e "$DISK/cut-off" ]; then
    echo "ssh: connect to host $id port 22: Connection refused" >&2
    exit 255
fi
exec sh -c "$(printf '%s' "$line" | sed "s#/usr/local/bin/cloudkit#$HOME/machines/bin/cloudkit#g")"
"##;
const SUDO: &str = "#!/bin/sh\n[ \"$1\" != -n ] || shift\nexec \"$@\"\n";
const JOURNALCTL: &str = r##"#!/bin/sh
case $* in
    *--follow*) exec tail -n +1 -f "$DISK/journal" ;;
    *) exec cat "$DISK/journal" ;;
esac
"##;
const AGENT: &str = r##"#!/usr/bin/python3
import hashlib, json, os, pathlib, sys, time, urllib.request
disk = pathlib.Path(os.environ["DISK"])
at = disk / "apply.json"
def progress(bundle, state, **more):
    since = "2026-11-22T20:00:00Z"
    steps = [{"name": "script look", "state": "done"}, {"name": "service web.service", "state": "done"}]
    return json.dumps({"schema": "cloudkit.apply/v1", "bundle": bundle, "state": state, "started_at": since, "steps": steps, **more})
if "--status" in sys.argv:
    if not at.exists():
        sys.exit("error: nothing was ever applied to this machine")
    print(at.read_text())
    sys.exit(0)
asked = json.load(sys.stdin)
place = asked["bundle"][0]
request = urllib.request.Request(place["url"], headers=dict(place.get("headers", [])))
found = hashlib.sha256(urllib.request.urlopen(request).read()).hexdigest()
assert found == asked["sha256"], found
print("script look", file=sys.stderr)
(disk / "told").open("a").write(found + "\n")
(disk / "request").write_text(json.dumps(asked))
while (disk / "hangs").exists():
    time.sleep(0.02)
if (disk / "fails").exists():
    failure = {"step": "script look", "reason": "it ended with 3", "tail": "no such thing\nas that"}
    at.write_text(progress(found, "failed", failure=failure))
else:
    at.write_text(progress(found, "succeeded"))
print(at.read_text())
sys.exit(1 if (disk / "fails").exists() else 0)
"##;

/// The ids of the machines of a deployment, by region and id, each of which can be reached and is at this bundle.
pub(super) fn reachable(lab: &Lab, home: &Home, bundle: Option<&str>) -> Vec<String> {
    home.program_of("ssh", SSH);
    for (name, script) in [("sudo", SUDO), ("journalctl", JOURNALCTL), ("cloudkit", AGENT)] {
        home.program_of(&format!("../machines/bin/{name}"), script);
    }
    let mut machines: Vec<(String, String)> = Vec::new();
    for machine in lab.machines().iter().filter(|machine| machine["state"] != "terminated") {
        let text = |key: &str| machine[key].as_str().unwrap().to_owned();
        machines.push((text("region"), text("id")));
    }
    machines.sort();
    for (_, id) in &machines {
        lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:host-key": HOST_KEY}));
        home.write(&format!("machines/{id}/journal"), "");
        if let Some(bundle) = bundle {
            home.write(&format!("machines/{id}/apply.json"), progress(bundle, "succeeded").to_string());
        }
    }
    machines.into_iter().map(|(_, id)| id).collect()
}

/// What an agent says that has applied a bundle.
pub(super) fn progress(bundle: &str, state: &str) -> Value {
    json!({"schema": "cloudkit.apply/v1", "bundle": bundle, "state": state, "started_at": "2026-11-22T20:00:00Z",
        "steps": [{"name": "script look", "state": "done"}, {"name": "service web.service", "state": "done"}]})
}

/// What a machine was asked, line by line.
pub(super) fn asked(home: &Home, id: &str) -> Vec<String> {
    let path = format!("machines/{id}/asked");
    if home.path(&path).exists() { home.read(&path).lines().map(str::to_owned).collect() } else { Vec::new() }
}

/// What a machine was told last.
pub(super) fn request(home: &Home, id: &str) -> Value {
    serde_json::from_str(&home.read(&format!("machines/{id}/request"))).unwrap()
}

/// The bundles that a machine was told to fetch.
pub(super) fn told(home: &Home, id: &str) -> Vec<String> {
    let path = format!("machines/{id}/told");
    if home.path(&path).exists() { home.read(&path).lines().map(str::to_owned).collect() } else { Vec::new() }
}
