//! Archives as attackers make them, header by header, and ordinary ones.

use std::io::{Seek as _, Write as _};

use proptest::prelude::*;

use super::*;

/// Archives as nobody but an attacker makes them: header by header, unchecked.
#[derive(Default, Clone)]
struct Tar(Vec<u8>);

impl Tar {
    fn raw(mut self, kind: u8, name: &[u8], link: &[u8], mode: u32, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_uid(1000);
        header.set_entry_type(tar::EntryType::new(kind));
        let old = header.as_old_mut();
        old.name[..name.len()].copy_from_slice(name);
        old.linkname[..link.len()].copy_from_slice(link);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        self.raw(b'0', name.as_bytes(), b"", 0o644, content.as_bytes())
    }

    fn link(self, name: &str, target: &str) -> Self {
        self.raw(b'2', name.as_bytes(), target.as_bytes(), 0o777, b"")
    }

    fn hard(self, name: &str, target: &str) -> Self {
        self.raw(b'1', name.as_bytes(), target.as_bytes(), 0o644, b"")
    }

    fn pax(self, record: &str) -> Self {
        self.raw(b'x', b"pax", b"", 0o644, record.as_bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        [self.0.as_slice(), &[0; 1024]].concat()
    }

    fn unpack(&self) -> (tempfile::TempDir, Result<Unpacked, UnpackError>) {
        unpack_bytes(&self.bytes(), Limits::default())
    }
}

/// Into a folder beside which nothing else is: what got out would be seen.
fn unpack_bytes(bytes: &[u8], limits: Limits) -> (tempfile::TempDir, Result<Unpacked, UnpackError>) {
    let around = tempfile::tempdir().unwrap();
    let into = around.path().join("into");
    fs::create_dir(&into).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let unpacked = unpack(file, &into, limits);
    let there: Vec<_> =
        fs::read_dir(around.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["into"], "something got out");
    (around, unpacked)
}

fn refused(tar: &Tar) -> String {
    let (_around, unpacked) = tar.unpack();
    unpacked.unwrap_err().to_string()
}

#[test]
fn an_ordinary_archive_is_there_whole() {
    let tar = Tar::default()
        .raw(b'5', b"./", b"", 0o755, b"")
        .raw(b'5', b"app/", b"", 0o500, b"")
        .file("app/a", "one")
        .raw(b'0', b"app/run", b"", 0o4755, b"two")
        .link("app/to-a", "a")
        .link("app/up", "../app/a")
        .hard("app/same", "app/a")
        .file("app/a", "one anew");
    let (around, unpacked) = tar.unpack();
    let unpacked = unpacked.unwrap();
    assert_eq!(unpacked.members, 8);
    assert_eq!(unpacked.dropped_bits, ["app/run"]);
    let into = around.path().join("into/app");
    assert_eq!(fs::read_to_string(into.join("to-a")).unwrap(), "one anew");
    assert_eq!(fs::read_to_string(into.join("same")).unwrap(), "one");
    assert_eq!(fs::metadata(into.join("run")).unwrap().permissions().mode() & 0o7777, 0o755);
}

#[test]
fn long_names_by_either_way_are_taken_and_absurd_ones_not() {
    let long = format!("{}/file", "d".repeat(150));
    let gnu =
        Tar::default().raw(b'L', b"././@LongLink", b"", 0o644, format!("{long}\0").as_bytes()).file("x", "1");
    let record = format!("path={long}\n");
    let pax = Tar::default().pax(&format!("{} {record}", record.len() + 4)).file("x", "1");
    for tar in [gnu, pax] {
        let (around, unpacked) = tar.unpack();
        unpacked.unwrap();
        assert_eq!(fs::read_to_string(around.path().join("into").join(&long)).unwrap(), "1");
    }
    let absurd =
        Tar::default().raw(b'L', b"././@LongLink", b"", 0o644, "x".repeat(1 << 20).as_bytes()).file("x", "");
    assert!(refused(&absurd).contains("too long"));
    for record in ["", "99 path=x\n", "x path=x\n", "9 path=x", "3 \n", "0 a=b\n", "1 "] {
        let tar = Tar::default().pax(&format!("{record}\u{1}")).file("x", "");
        refused(&tar);
    }
}

#[test]
fn nothing_gets_out() {
    let new = Tar::default;
    let long_way = new().raw(b'L', b"l", b"", 0o644, b"a/../../b\0").file("x", "");
    for (tar, said) in [
        (new().file("../b", ""), "leads out"),
        (new().file("a/../../b", ""), "leads out"),
        (new().file("/etc/b", ""), "absolute"),
        (long_way, "leads out"),
        (new().pax("13 path=../b\n").file("x", ""), "leads out"),
        (new().link("l", "../x").file("l", ""), ""),
        (new().link("l", "/etc").file("l/b", ""), "below a link"),
        (new().link("l", "..").file("l/b", ""), "below a link"),
        (new().link("l", "../b"), "leads out"),
        (new().link("l", "/etc/passwd"), "leads out"),
        (new().link("l", ""), "leads out"),
        (
            new().file("a/b/x", "").link("a/b/d", "../../t").file("t/x", "").link("a/b/l", "d/../../x"),
            "leads out",
        ),
        (new().link("one", "two/../..").link("two", "a").file("a/b", ""), "leads out"),
        (new().hard("h", "../b"), "leads out"),
        (new().hard("h", "/etc/passwd"), "absolute"),
        (new().hard("h", "gone"), "no earlier file"),
        (new().link("l", "a").hard("h", "l"), "no earlier file"),
        (new().raw(b'3', b"dev", b"", 0o666, b""), "device"),
        (new().raw(b'4', b"dev", b"", 0o666, b""), "device"),
        (new().raw(b'6', b"pipe", b"", 0o666, b""), "device"),
        (new().raw(b'Z', b"odd", b"", 0o666, b""), "neither"),
        (new().raw(b'S', b"sparse", b"", 0o666, b""), "sparse"),
        (new().pax("19 size=9000000000\n").file("x", ""), "8 GiB"),
        (new().file("a", "").file("a/b", ""), "below a file"),
        (new().file("a/b", "").file("a", ""), "folder and something else"),
        (new().file(".", ""), "no name"),
        (new().file("a", "").link("b", "a").raw(b'5', b"b/c", b"", 0o755, b""), "below a link"),
    ] {
        let (_around, unpacked) = tar.unpack();
        match unpacked {
            Err(error) => assert!(error.to_string().contains(said), "{error} has no {said:?}"),
            Ok(_) => assert_eq!(said, "", "was unpacked; {said:?} expected"),
        }
    }
}

#[test]
fn what_is_larger_than_it_may_be_stops() {
    let zeros = "\0".repeat(1 << 20);
    let tar = Tar::default().file("bomb", &zeros).bytes();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&tar).unwrap();
    let limits = Limits { bytes: 1 << 19, members: 10 };
    let (_around, unpacked) = unpack_bytes(&encoder.finish().unwrap(), limits);
    assert!(matches!(unpacked, Err(UnpackError::TooLarge { what: "bytes", .. })), "{unpacked:?}");
    let many = (0..11).fold(Tar::default(), |tar, n| tar.file(&format!("f{n}"), ""));
    let (_around, unpacked) = unpack_bytes(&many.bytes(), limits);
    assert!(matches!(unpacked, Err(UnpackError::TooLarge { what: "members", .. })), "{unpacked:?}");
    let records = (0..40).fold(Tar::default(), |tar, _| tar.pax("9 a=bcde\n"));
    let (_around, unpacked) = unpack_bytes(&records.bytes(), limits);
    assert!(matches!(unpacked, Err(UnpackError::TooLarge { .. })), "{unpacked:?}");
}

#[test]
fn every_compression_is_known_by_its_bytes_and_a_damaged_one_is_refused() {
    let plain = Tar::default().file("a", &"content ".repeat(1000)).bytes();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&plain).unwrap();
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(&plain).unwrap();
    let mut all = vec![
        gz.finish().unwrap(),
        bz2.finish().unwrap(),
        zstd::encode_all(plain.as_slice(), 3).unwrap(),
        include_bytes!("samples/a.tar.xz").to_vec(),
    ];
    // Without its own check a plain archive shows only that its content is cut off.
    all.push(plain);
    for bytes in &all {
        let (around, unpacked) = unpack_bytes(bytes, Limits::default());
        assert_eq!(unpacked.unwrap().members, 1);
        assert_eq!(fs::read_to_string(around.path().join("into/a")).unwrap().len(), 8000);
        for cut in [bytes.len() / 2, bytes.len().min(9000) - 5] {
            let (_around, unpacked) = unpack_bytes(&bytes[..cut.min(7000)], Limits::default());
            assert!(unpacked.is_err(), "{unpacked:?}");
        }
    }
    for nothing in [b"PK\x03\x04 a zip".as_slice(), b"", b"text", &[0xff; 2000]] {
        let (_around, unpacked) = unpack_bytes(nothing, Limits::default());
        assert!(matches!(unpacked, Err(UnpackError::NoArchive)), "{unpacked:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Members of every kind under names that meet each other: whatever comes of it, nothing gets out.
    #[test]
    fn whatever_the_members_are_nothing_gets_out(
        members in proptest::collection::vec(
            (prop::sample::select(b"0125L".to_vec()), "(\\.\\./|/|a/|b/|\\./){0,3}[ab.]{1,2}", "(\\.\\./|/|a/|b/){0,3}[ab.]{1,2}"),
            1..12,
        ),
    ) {
        let mut tar = Tar::default();
        for (kind, name, link) in &members {
            let content = if *kind == b'0' { "x" } else if *kind == b'L' { link } else { "" };
            tar = tar.raw(*kind, name.as_bytes(), link.as_bytes(), 0o7777, content.as_bytes());
        }
        let (around, _unpacked) = tar.unpack();
        let into = fs::canonicalize(around.path().join("into")).unwrap();
        let mut folders = vec![into.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let found = fs::symlink_metadata(&path).unwrap();
                if found.is_dir() {
                    folders.push(path);
                } else if let Ok(led_to) = fs::canonicalize(&path) {
                    prop_assert!(led_to.starts_with(&into), "{} leads to {}", path.display(), led_to.display());
                }
            }
        }
    }

    #[test]
    fn damaged_bytes_do_no_harm(at in prop::collection::vec((0_usize..4096, any::<u8>()), 1..8)) {
        let mut bytes = Tar::default().pax("13 path=zzzz\n").file("x", "content").link("l", "x").hard("h", "x").bytes();
        for (at, byte) in at {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let (_around, _unpacked) = unpack_bytes(&bytes, Limits { bytes: 1 << 20, members: 100 });
    }
}
