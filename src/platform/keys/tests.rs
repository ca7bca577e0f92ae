//! Keys in files, as OpenSSH's own programs write them.

use super::*;

pub(super) const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk somebody";
pub(super) const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC9SmE6ImUAVBvJR1hYcuAR9cYgpxi81lUic//C4rkPLAR7Wlsu86BZD/vUmMsTmASiwxRFRyFtADeUv+D/KXJM8Sv+j2BYX30IU4hSGV1e/bm0N4BczezvqU7PHRRnfrx0TdYfLofhYv9Jcy1YtDvgitO9CMj5Gy8qCeQm/azxoQ== rsa";

fn home() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".ssh");
    std::fs::create_dir(&folder).unwrap();
    (home, folder)
}

/// The two halves of a sample: what `ssh-keygen` wrote, for tests alone.
fn sample(name: &str) -> (String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platform/keys/samples");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (read(name), read(&format!("{name}.pub")).trim().to_owned())
}

#[test]
fn the_better_of_the_usual_keys_is_found() {
    let (home, folder) = home();
    assert_eq!(usual_public_key(home.path()).unwrap(), None);
    std::fs::write(folder.join("id_rsa.pub"), RSA).unwrap();
    assert_eq!(usual_public_key(home.path()).unwrap().unwrap().line, RSA);
    std::fs::write(folder.join("id_ed25519.pub"), format!("{ED25519}\n")).unwrap();
    let key = usual_public_key(home.path()).unwrap().unwrap();
    assert_eq!((key.line.as_str(), key.identity), (ED25519, folder.join("id_ed25519")));
    assert_eq!(read_public_key(&folder.join("id_ed25519")).unwrap().line, ED25519);
    assert!(is_usual(home.path(), &folder.join("id_rsa")) && !is_usual(home.path(), &folder.join("mine")));
}

#[test]
fn the_public_half_is_read_from_the_private_file_where_it_shows() {
    let (home, folder) = home();
    for name in ["plain", "encrypted", "rsa-pem"] {
        let (private, public) = sample(name);
        std::fs::write(folder.join(name), private).unwrap();
        let key = read_public_key(&folder.join(name)).unwrap();
        assert!(is_same_key(&key.line, &public), "{name}: {key:?}");
        assert_eq!(key.identity, folder.join(name));
    }
    let names: Vec<_> = own_keys(home.path()).into_iter().map(|key| key.identity).collect();
    assert_eq!(names, ["encrypted", "plain", "rsa-pem"].map(|name| folder.join(name)));
    std::fs::write(folder.join("id_rsa"), sample("rsa-encrypted").0).unwrap();
    let error = usual_public_key(home.path()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("id_rsa has no public half beside it, and it is encrypted or cannot be read")
    );
    assert!(error.hint().unwrap().contains("ssh-keygen -y -f "), "{error:?}");
    std::fs::write(folder.join("id_rsa.pub"), sample("rsa-encrypted").1).unwrap();
    assert!(
        usual_public_key(home.path()).unwrap().is_some(),
        "beside it nobody can tell, and it is believed"
    );
}

#[test]
fn a_public_key_of_another_private_key_is_refused() {
    let (home, folder) = home();
    std::fs::write(folder.join("id_ed25519"), sample("plain").0).unwrap();
    std::fs::write(folder.join("id_ed25519.pub"), ED25519).unwrap();
    assert!(matches!(usual_public_key(home.path()), Err(KeyError::Mismatch { .. })));
    std::fs::write(folder.join("id_ed25519.pub"), sample("plain").1).unwrap();
    assert_eq!(usual_public_key(home.path()).unwrap().unwrap().line, sample("plain").1);
}

#[test]
fn a_private_key_is_never_taken_for_a_public_one() {
    let (_home, folder) = home();
    let path = folder.join("key.pub");
    for content in [
        sample("plain").0,
        format!("{ED25519}\n{ED25519}"),
        ED25519.replace("ssh-ed25519 ", "ssh-rsa "),
        String::new(),
    ] {
        std::fs::write(&path, content).unwrap();
        assert!(matches!(read_public_key(&path), Err(KeyError::NotAKey { .. })));
    }
    assert!(matches!(read_public_key(&folder.join("none")), Err(KeyError::Missing { .. })));
}
