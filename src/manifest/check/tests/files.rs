//! Rules for files, secrets, owners, tarballs and compose files.
//!
//! What is in an archive is not looked at here.

use super::App;

fn upload(more: &str) -> App {
    App::of(&format!("uploads: [{{source: app, destination: /opt/app{more}}}]\n"))
        .with("app/main.py", "print(1)\n")
}

#[test]
fn what_is_uploaded_has_to_be_there_and_to_be_something() {
    assert_eq!(upload("").faults(), [""; 0]);
    assert_eq!(
        App::of("uploads: [{source: app, destination: /opt/app}]").faults(),
        ["error[missing-file] there is no app to upload"]
    );
    assert_eq!(
        upload(", exclude: ['*.py']").faults(),
        ["warning[empty-upload] nothing of app is uploaded: it has no file that is not excluded"]
    );
    assert_eq!(
        App::of("uploads: [{source: a, destination: /opt/x}, {source: b/c, destination: /opt/x/c}]")
            .with("a/c", "")
            .with("b/c", "")
            .faults(),
        ["error[same-destination] a/c and b/c both go to /opt/x/c"]
    );
    assert_eq!(
        upload("").with("app/big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n").faults(),
        ["error[lfs-pointer] app/big.bin is not the file but a pointer of Git LFS"]
    );
    assert_eq!(
        upload("").with("app/.git/config", "").with("app/.venv/pyvenv.cfg", "").faults(),
        [
            "warning[uploads-history] app/.git would take the repository's whole history along",
            "warning[uploads-venv] app/.venv/pyvenv.cfg belongs to a virtual environment, which works on this computer alone",
        ]
    );
}

#[test]
fn more_than_a_line_takes_is_told_with_what_is_largest() {
    let app = upload("");
    std::fs::File::create(app.root().join("app/model.bin")).unwrap().set_len(600_000_000).unwrap();
    assert_eq!(
        app.faults(),
        [
            "warning[large-uploads] the uploads are 600 MB in all; the largest: app/model.bin (600 MB), app/main.py (9 bytes)"
        ]
    );
    let excluded = upload(", exclude: ['*.bin']");
    std::fs::File::create(excluded.root().join("app/model.bin")).unwrap().set_len(600_000_000).unwrap();
    assert_eq!(excluded.faults(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_have_to_stay_within_what_is_uploaded() {
    let link = |target: &str, more: &str| {
        let app = upload(more).with("outside", "x");
        std::os::unix::fs::symlink(target, app.root().join("app/link")).unwrap();
        app.faults()
    };
    assert_eq!(link("main.py", ""), [""; 0]);
    assert_eq!(
        link("../outside", ""),
        ["error[link-leads-out] app/link leads to ../outside, out of what is uploaded"]
    );
    assert_eq!(
        link("/etc/passwd", ""),
        ["error[link-leads-out] app/link leads to /etc/passwd, out of what is uploaded"]
    );
    assert_eq!(link("none", ""), ["warning[dangling-link] app/link leads to none, which is not there"]);
    assert_eq!(link("../outside", ", symlinks: follow"), [""; 0]);
    assert!(link(".", ", symlinks: follow")[0].starts_with("error[endless-folder]"));
}

#[test]
fn secrets_have_no_place_in_a_bundle() {
    let with = |path: &str, content: &str| upload("").with(&format!("app/{path}"), content).faults();
    let begin = "-----BEGIN";
    assert_eq!(
        with("deploy.txt", &format!("{begin} OPENSSH PRIVATE KEY-----\nx")),
        ["error[secret-in-upload] app/deploy.txt holds a private key, and would lie open in the bundle"]
    );
    assert_eq!(
        with("conf", &format!("aws_secret_access_key = {}\n", "a1B2".repeat(10))),
        [
            "error[secret-in-upload] app/conf holds a secret access key of AWS, and would lie open in the bundle"
        ]
    );
    for name in [".env", ".env.production", "id_ed25519", "store.p12", "sub/credentials.json"] {
        assert_eq!(
            with(name, "x"),
            [format!(
                "warning[secret-looking-upload] app/{name} is by its name a file of secrets, and would lie open in the bundle"
            )]
        );
    }
    for name in [".env.example", "id_ed25519.pub", "environment", "cert.pem"] {
        assert_eq!(with(name, &format!("{begin} CERTIFICATE-----")), [""; 0], "{name}");
    }
    let excluded = upload(", exclude: ['.env']").with("app/.env", "A=1");
    assert_eq!(excluded.faults(), [""; 0]);
}

#[test]
fn owners_have_to_be_there_before_files_are_given_to_them() {
    assert_eq!(upload(", owner: 'root'").faults(), [""; 0]);
    assert_eq!(upload(", owner: 'ubuntu:ubuntu'").faults(), [""; 0]);
    assert_eq!(
        upload(", owner: 'bob'").faults(),
        ["warning[unknown-user] app is to be bob's, whom nobody makes before"]
    );
}

#[test]
fn tarballs_by_their_addresses() {
    let digest = "ab".repeat(32);
    let of = |source: &str, more: &str| {
        App::of(&format!("tarballs: [{{source: {source}, destination: /opt/app{more}}}]\n")).faults()
    };
    let known = format!(", sha256: '{digest}'");
    assert_eq!(of("{url: 'https://example.com/a.tar.gz'}", &known), [""; 0]);
    assert_eq!(of("{s3: {bucket: my-bucket, key: a/b.tar.zst}}", &known), [""; 0]);
    for (source, more, fault) in [
        (
            "{url: 'https://example.com/a.tgz'}",
            "",
            "warning[tarball-sha256] without sha256 nobody notices when the tarball changes",
        ),
        (
            "{url: 'https://example.com/a.tgz'}",
            ", sha256: '12'",
            "error[sha256] \"12\" is no SHA-256: that is 64 hexadecimal digits",
        ),
        (
            "{url: 'https://'}",
            known.as_str(),
            "error[tarball-url] \"https://\" is no address that a machine can fetch from",
        ),
        ("{url: 'https://example.com/a.zip?x=1'}", &known, "error[not-a-tarball] a .zip is no tarball"),
        (
            "{url: 'https://b.s3.amazonaws.com/a.tgz?X-Amz-Signature=1'}",
            &known,
            "error[secret-in-url] the tarball's address holds a secret, and would lie open in the bundle",
        ),
        (
            "{s3: {bucket: My_Bucket, key: a.tgz}}",
            &known,
            "error[tarball-url] \"My_Bucket\" is no name of a bucket",
        ),
        ("{file: none.tgz}", "", "error[missing-file] there is no tarball none.tgz"),
    ] {
        assert_eq!(of(source, more), [fault], "{source}");
    }
}

#[test]
fn tarballs_of_the_folder_by_their_first_bytes() {
    let of = |content: &[u8], more: &str| {
        App::of(&format!("tarballs: [{{source: {{file: a.tar.gz}}, destination: /opt/app{more}}}]\n"))
            .with("a.tar.gz", content)
            .faults()
    };
    let mut old_tar = [0_u8; 512];
    old_tar[..4].copy_from_slice(b"file");
    old_tar[148..156].copy_from_slice(b"        ");
    let sum: u32 = old_tar.iter().map(|byte| u32::from(*byte)).sum();
    old_tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    for sound in [
        &[0x1f, 0x8b, 8][..],
        b"BZh9",
        &[0xfd, b'7', b'z', b'X', b'Z', 0],
        &[0x28, 0xb5, 0x2f, 0xfd],
        &old_tar,
    ] {
        assert_eq!(of(sound, ""), [""; 0]);
    }
    for (content, what) in [
        (&b"PK\x03\x04"[..], "it is a zip file"),
        (b"", "it is empty"),
        (b"<!DOCTYPE html>", "it is a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "it is not the file but a pointer of Git LFS"),
        (b"hello", "its first bytes are those of no archive"),
    ] {
        assert_eq!(of(content, ""), [format!("error[not-a-tarball] a.tar.gz is no tarball: {what}")]);
    }
    let wrong = of(&[0x1f, 0x8b, 8], &format!(", sha256: '{}'", "ab".repeat(32)));
    assert!(
        wrong[0].starts_with("error[sha256] a.tar.gz has another SHA-256 than is written: "),
        "{wrong:?}"
    );
}

#[test]
fn compose_files_are_yaml_with_services() {
    let of = |text: &str| {
        App::of("packages: [{name: docker.io}]\ncompose: [{name: app, file: compose.yaml, destination: /opt/app/compose.yaml}]\n")
            .with("compose.yaml", text)
            .faults()
    };
    assert_eq!(of("services: {web: {image: nginx}}\n"), [""; 0]);
    assert_eq!(of("include: [other.yaml]\n"), [""; 0]);
    assert_eq!(of("version: '3'\n"), ["error[compose-services] compose.yaml compose.yaml has no services"]);
    assert_eq!(
        of("services:\n  web:\n    ports: ['80']\n"),
        ["error[compose-services] compose.yaml:2 the service web has neither image nor build"]
    );
    assert_eq!(
        of("services:\n  web:\n    build: ./web\n"),
        [
            "warning[compose-file-missing] compose.yaml:2 the service web builds ./web, and nothing is uploaded to /opt/app/web"
        ]
    );
    assert!(of("services: [\n")[0].starts_with("error[yaml] compose.yaml:2"));
    assert_eq!(
        App::of("compose: [{name: app, file: c.yaml, destination: /opt/c.yaml}]")
            .with("c.yaml", "services: {a: {image: b}}")
            .faults(),
        ["warning[no-docker] there is a compose file, and nothing here brings docker"]
    );
}
