//! The volumes of a machine: how large the root is, what comes besides, and what that costs.

use super::*;

fn volumes_of(volumes: VolumesWish, image: Image) -> Result<Candidate, String> {
    let mut world = world();
    world.regions.get_mut("us-east-1").unwrap().named_image = Some(image);
    let wish = Wish { image: by_id("ami-1"), volumes, ..wish(vec![wished("m7i.large", "us-east-1")]) };
    match plan(&wish, &world, Catalog::embedded(), 7) {
        Ok(mut plan) => Ok(plan.candidates.remove(0)),
        Err(error) => Err(error.to_string()),
    }
}

fn root_size(gib: u32) -> VolumesWish {
    VolumesWish { root_gib: Some(gib), data: Vec::new() }
}

fn data(volumes: &[&str]) -> VolumesWish {
    VolumesWish { root_gib: None, data: volumes.iter().map(|text| text.parse().unwrap()).collect() }
}

/// Device, size, kind and speed of each volume, as they are asked for.
fn asked(candidate: &Candidate) -> Vec<String> {
    let shown = |volume: &PlannedVolume| {
        let request = volume.request();
        format!(
            "{} {:?} {:?} {:?} {:?}",
            request.device, request.gib, request.kind, request.iops, request.throughput
        )
    };
    candidate.volumes.iter().map(shown).collect()
}

fn with_root(kind: VolumeKind, iops: Option<u32>) -> Image {
    let mut image = usual_image(Architecture::X86_64);
    image.volumes[0].kind = Some(kind);
    image.volumes[0].iops = iops;
    image.volumes[0].throughput = None;
    image
}

#[test]
fn the_root_volume_is_never_smaller_than_the_snapshot() {
    let large = || image(ImageKind::Gpu, Architecture::X86_64);
    let smaller = volumes_of(root_size(20), large()).unwrap();
    assert_eq!((smaller.image.root_gib, smaller.volumes[0].role), (Some(75), VolumeRole::Root));
    let note = "the root volume has 75 GiB, not 20: as many as the image's snapshot";
    assert_eq!(smaller.image.notes, [note]);
    let larger = volumes_of(root_size(200), large()).unwrap();
    assert_eq!((larger.image.root_gib, larger.volumes[0].role), (Some(200), VolumeRole::LargerRoot));
    assert_eq!(larger.image.notes, [""; 0]);
    let too_large = volumes_of(root_size(70_000), large()).unwrap_err();
    assert!(
        too_large.contains("the root volume can't be: gp3 volumes are 1 GiB to 64 TiB large"),
        "{too_large}"
    );
}

#[test]
fn the_root_volume_is_gp3_unless_the_image_chose_a_speed() {
    let root = |image: Image| asked(&volumes_of(VolumesWish::default(), image).unwrap()).remove(0);
    let usual = "/dev/xvda Some(8) Some(Gp3) None None";
    assert_eq!(root(usual_image(Architecture::X86_64)), usual);
    assert_eq!(root(with_root(VolumeKind::Gp2, Some(100))), usual);
    assert_eq!(root(with_root(VolumeKind::Gp3, Some(6000))), "/dev/xvda Some(8) Some(Gp3) Some(6000) None");
    assert_eq!(root(with_root(VolumeKind::Io2, Some(800))), "/dev/xvda Some(8) Some(Io2) Some(800) None");
    let unknown = Image { volumes: Vec::new(), ..usual_image(Architecture::X86_64) };
    assert_eq!(root(unknown), "/dev/xvda None Some(Gp3) None None");
}

#[test]
fn further_volumes_get_the_next_device_that_is_free() {
    let mut image = usual_image(Architecture::X86_64);
    let brought = |device: &str| ImageVolume {
        device: device.to_owned(),
        gib: Some(20),
        kind: Some(VolumeKind::Gp3),
        iops: Some(3000),
        throughput: Some(125),
    };
    image.volumes.extend([brought("/dev/xvdg"), brought("/dev/sdb")]);
    let candidate = volumes_of(data(&["500,gp3,6000,250", "2TiB,io2,20000"]), image).unwrap();
    assert_eq!(
        asked(&candidate),
        [
            "/dev/xvda Some(8) Some(Gp3) None None",
            "/dev/xvdg None None None None",
            "/dev/sdb None None None None",
            "/dev/sdf Some(500) Some(Gp3) Some(6000) Some(250)",
            "/dev/sdh Some(2048) Some(Io2) Some(20000) None",
        ]
    );
    let parts: Vec<String> = candidate
        .cost
        .parts
        .iter()
        .map(|part| format!("{}: {}", part.what, part.usd_hour.unwrap()))
        .collect();
    insta::assert_snapshot!(parts.join("\n"), @"
    m7i.large: 0.1008
    8 GiB root volume: 0.000877
    volume of the image: 20 GiB gp3: 0.002192
    volume of the image: 20 GiB gp3: 0.002192
    volume: 500 GiB gp3, 6000 IOPS, 250 MiB/s: 0.082192
    volume: 2 TiB io2, 20000 IOPS: 2.131507
    public IPv4 address: 0.005
    ");
}

#[test]
fn there_are_eleven_devices() {
    let volumes = |count: usize| volumes_of(data(&vec!["10"; count]), usual_image(Architecture::X86_64));
    assert_eq!(volumes(11).unwrap().volumes.last().unwrap().device, "/dev/sdp");
    assert!(volumes(12).unwrap_err().contains("there is no device left for a volume of 10 GiB gp3"));
}
