//! Which image a machine starts from, over every type that there is, and which images are refused.

use super::*;
use crate::aws::types::TypeDevice;
use crate::catalog::{DeviceKind, InstanceType};
use crate::provision::image::Purpose;

/// A world in which an agent for this architecture is at hand, so that nothing but the image decides.
fn with_agent_for(architecture: Architecture) -> World {
    let mut world = world();
    world.agent.as_mut().unwrap().runs_on = RunsOn::Linux { architecture, glibc: None };
    world
}

/// The image of the first candidate, or the reason why there is none.
fn start(image: ImageWish, instance_type: &str, architecture: Architecture) -> Result<PlannedImage, String> {
    let wish = Wish { image, ..wish(vec![wished(instance_type, "us-east-1")]) };
    match plan(&wish, &with_agent_for(architecture), Catalog::embedded(), 7) {
        Ok(mut plan) => Ok(plan.candidates.remove(0).image),
        Err(PlanError::NothingLeft { mut refused }) => Err(refused.remove(0).reason),
        Err(other) => panic!("{other}"),
    }
}

fn started(image: ImageWish, instance_type: &str) -> PlannedImage {
    start(image, instance_type, Architecture::X86_64).unwrap()
}

fn runs(known: InstanceType<'_>) -> Option<Architecture> {
    let has = |wanted: Architecture| known.architectures().any(|one| one == wanted);
    [Architecture::X86_64, Architecture::Arm64].into_iter().find(|one| has(*one))
}

/// Every type that runs on an architecture, as one plan: the image of each, or the reason why it has none.
fn start_all(image: ImageWish, architecture: Architecture) -> BTreeMap<String, Result<PlannedImage, String>> {
    let described = Catalog::embedded().types().filter(|known| known.is_described());
    let types: Vec<_> = described.filter(|known| runs(*known) == Some(architecture)).collect();
    let candidates = types.iter().map(|known| wished(known.name(), "us-east-1")).collect();
    let wish = Wish { image, ..wish(candidates) };
    let (candidates, refused) = match plan(&wish, &with_agent_for(architecture), Catalog::embedded(), 7) {
        Ok(plan) => (plan.candidates, plan.refused),
        Err(PlanError::NothingLeft { refused }) => (Vec::new(), refused),
        Err(other) => panic!("{other}"),
    };
    let planned = candidates.into_iter().map(|candidate| (candidate.instance_type, Ok(candidate.image)));
    let refused = refused.into_iter().map(|refused| (refused.instance_type, Err(refused.reason)));
    planned.chain(refused).collect()
}

const BOTH: [Architecture; 2] = [Architecture::X86_64, Architecture::Arm64];

#[test]
fn every_type_gets_the_image_for_what_it_has() {
    let mut counts = BTreeMap::new();
    for architecture in BOTH {
        for (name, image) in start_all(ImageWish::Fitting, architecture) {
            let known = Catalog::embedded().instance_type(&name).unwrap();
            let image = image.unwrap();
            let kind = image.kind.unwrap();
            let nvidia = known.gpus().any(|gpu| gpu.manufacturer == Some("NVIDIA"));
            let trains =
                known.devices().any(|one| one.kind == DeviceKind::Neuron && one.name != "Inferentia");
            let expected = match (nvidia, trains) {
                (true, _) => Purpose::Gpu,
                (false, true) => Purpose::Neuron,
                (false, false) => Purpose::General,
            };
            assert_eq!(kind.purpose(), expected, "{name}");
            assert_eq!(image.id, format!("ami-{kind}-{architecture}"), "{name}");
            if expected == Purpose::General {
                let quiet = known.devices().next().is_none();
                assert_eq!(image.notes.is_empty(), quiet, "{name}: {:?}", image.notes);
            }
            *counts.entry(format!("{architecture} {kind}")).or_insert(0) += 1;
        }
    }
    insta::assert_snapshot!(format!("{counts:#?}"), @r#"
    {
        "arm64 al2023": 412,
        "arm64 gpu": 6,
        "x86_64 al2023": 900,
        "x86_64 gpu": 59,
        "x86_64 neuron": 9,
    }
    "#);
}

#[test]
fn a_type_that_no_image_runs_on_is_refused() {
    let mac = start(ImageWish::Fitting, "mac2.metal", Architecture::Arm64);
    assert_eq!(mac.unwrap_err(), "no image of ours runs on its architecture");
}

#[test]
fn every_image_on_every_type_is_planned_or_refused_for_a_reason() {
    for (architecture, kind) in BOTH.iter().flat_map(|one| ImageKind::ALL.map(|kind| (*one, kind))) {
        for (name, image) in start_all(ImageWish::Kind(kind), architecture) {
            match image {
                Ok(image) => assert_eq!(image.id, format!("ami-{kind}-{architecture}"), "{name}"),
                Err(reason) => assert_eq!(kind.purpose(), Purpose::Neuron, "{kind} on {name}: {reason}"),
            }
        }
    }
}

#[test]
fn a_plan_says_why_an_image_is_this_one_and_what_it_lacks() {
    let told = |kind: Option<&str>, instance_type: &str, architecture: Architecture| {
        let wish = kind.map_or(ImageWish::Fitting, |kind| ImageWish::Kind(kind.parse().unwrap()));
        match start(wish, instance_type, architecture) {
            Ok(image) => {
                let notes: String = image.notes.iter().map(|note| format!("\n  note: {note}")).collect();
                format!("{instance_type}: {}, {}{notes}\n", image.what.unwrap(), image.because)
            }
            Err(reason) => format!("{instance_type}: refused: {reason}\n"),
        }
    };
    let x86 = Architecture::X86_64;
    insta::assert_snapshot!(
        [
            told(None, "m7i.large", x86),
            told(None, "g6.xlarge", x86),
            told(None, "g5g.xlarge", Architecture::Arm64),
            told(None, "g6f.large", x86),
            told(None, "p3dn.24xlarge", x86),
            told(None, "trn1.2xlarge", x86),
            told(None, "inf1.xlarge", x86),
            told(None, "dl2q.24xlarge", x86),
            told(Some("ubuntu-24.04"), "m7i.large", x86),
            told(Some("ubuntu-24.04"), "g6.xlarge", x86),
            told(Some("gpu-ubuntu-22.04"), "g6.xlarge", x86),
            told(Some("gpu"), "m7i.large", x86),
            told(Some("debian-12"), "trn1.2xlarge", x86),
            told(Some("neuron-ubuntu-24.04"), "trn1.2xlarge", x86),
            told(Some("neuron"), "m7i.large", x86),
            told(Some("neuron"), "inf1.xlarge", x86),
            told(Some("neuron"), "t4g.small", Architecture::Arm64),
        ]
        .concat(),
        @"
    m7i.large: Amazon Linux 2023, the usual image
    g6.xlarge: deep-learning base image on Amazon Linux 2023, since g6.xlarge has an NVIDIA GPU (L4)
    g5g.xlarge: deep-learning base image on Amazon Linux 2023, since g5g.xlarge has an NVIDIA GPU (T4g)
    g6f.large: deep-learning base image on Amazon Linux 2023, since g6f.large has a part of an NVIDIA GPU (L4)
      note: a part of an L4 needs NVIDIA's GRID driver, and the image has the one for whole GPUs
    p3dn.24xlarge: deep-learning base image on Amazon Linux 2023, since p3dn.24xlarge has an NVIDIA GPU (V100)
      note: the image's driver is NVIDIA's open one, which knows no V100: it begins with Turing
    trn1.2xlarge: Neuron image on Amazon Linux 2023, since trn1.2xlarge has AWS's Trainium
      note: it brings no PyTorch or JAX; --image neuron-ubuntu-24.04 does
    inf1.xlarge: Amazon Linux 2023, the usual image
      note: AWS's Neuron images have not driven the first Inferentia since their release 2.26.1
    dl2q.24xlarge: Amazon Linux 2023, the usual image
      note: Amazon Linux 2023 has no driver for the Qualcomm AI100, nor has any image that goes by a name
    m7i.large: Ubuntu 24.04, as asked for
    g6.xlarge: Ubuntu 24.04, as asked for
      note: Ubuntu 24.04 has no driver for the L4; --image gpu-ubuntu-24.04 has
    g6.xlarge: deep-learning base image on Ubuntu 22.04, as asked for
    m7i.large: deep-learning base image on Amazon Linux 2023, as asked for
      note: m7i.large has no NVIDIA GPU: the image's driver finds nothing to drive
    trn1.2xlarge: Debian 12, as asked for
      note: Debian 12 has no driver for the Trainium; --image neuron has
    trn1.2xlarge: Neuron image on Ubuntu 24.04, as asked for
    m7i.large: refused: the image neuron is for Inferentia and Trainium, and m7i.large has neither
    inf1.xlarge: refused: AWS's Neuron images have not driven the first Inferentia since their release 2.26.1
    t4g.small: refused: the image neuron is for Inferentia and Trainium, and t4g.small has neither
    "
    );
}

#[test]
fn what_ec2_says_of_a_new_type_decides_as_well() {
    let device = |name: &str, maker: &str| TypeDevice {
        name: name.to_owned(),
        manufacturer: Some(maker.to_owned()),
        is_part: false,
    };
    let mut world = world();
    let mut kind_of = |facts: TypeFacts| {
        let facts = TypeFacts { architectures: vec![Architecture::X86_64], ..facts };
        let types = &mut world.regions.get_mut("us-east-1").unwrap().types;
        types.insert("x99.large".to_owned(), Some(facts));
        let image = planned(&wish(vec![wished("x99.large", "us-east-1")]), &world).candidates.remove(0).image;
        (image.kind.unwrap(), image.notes)
    };
    let nvidia = TypeFacts { gpus: vec![device("X1000", "NVIDIA")], ..TypeFacts::default() };
    assert_eq!(kind_of(nvidia), (ImageKind::Gpu, Vec::new()));
    let neuron = TypeFacts { neuron: vec![device("Trainium9", "AWS")], ..TypeFacts::default() };
    assert_eq!(kind_of(neuron).0, ImageKind::Neuron);
    let amd = TypeFacts { gpus: vec![device("Radeon Pro V520", "AMD")], ..TypeFacts::default() };
    let note =
        "Amazon Linux 2023 has no driver for the Radeon Pro V520, nor has any image that goes by a name";
    assert_eq!(kind_of(amd), (ImageKind::AmazonLinux2023, vec![note.to_owned()]));
}

#[test]
fn an_image_that_the_region_does_not_publish_is_refused() {
    let mut world = world();
    world.regions.get_mut("us-east-1").unwrap().images.remove(&(ImageKind::Gpu, Architecture::X86_64));
    let gpu = wish(vec![wished("g6.xlarge", "us-east-1")]);
    let refused = "us-east-1 publishes no deep-learning base image on Amazon Linux 2023 for x86_64";
    assert_eq!(refusal(&gpu, &world), refused);
    let plain = Wish { image: ImageWish::Kind(ImageKind::AmazonLinux2023), ..gpu };
    assert_eq!(planned(&plain, &world).candidates.len(), 1);
}

#[test]
fn the_c_library_is_the_images() {
    let mut world = world();
    let on = |kind: ImageKind, instance_type: &str| Wish {
        image: ImageWish::Kind(kind),
        ..wish(vec![wished(instance_type, "us-east-1")])
    };
    world.agent.as_mut().unwrap().runs_on = runs_on(Architecture::X86_64, 36);
    for (kind, fits) in [
        (ImageKind::AmazonLinux2023, false),
        (ImageKind::Ubuntu2204, false),
        (ImageKind::Debian12, true),
        (ImageKind::Ubuntu2404, true),
        (ImageKind::Gpu, false),
        (ImageKind::GpuUbuntu2404, true),
    ] {
        let plan = plan(&on(kind, "g6.xlarge"), &world, Catalog::embedded(), 7);
        assert_eq!(plan.is_ok(), fits, "{kind}");
    }
    let refused = "the agent cloudkit needs glibc 2.36, and Ubuntu 22.04 has 2.35";
    assert_eq!(refusal(&on(ImageKind::Ubuntu2204, "m7i.large"), &world), refused);
}

#[test]
fn an_image_of_somebodys_own_is_checked() {
    let mut world = world();
    let mine = Wish { image: by_id("ami-mine"), ..wish(vec![wished("m7i.large", "us-east-1")]) };
    assert_eq!(refusal(&mine, &world), "us-east-1 has no image ami-mine");
    let mut with = |image: Image| {
        world.regions.get_mut("us-east-1").unwrap().named_image = Some(image);
        plan(&mine, &world, Catalog::embedded(), 7)
    };
    let good = || usual_image(Architecture::X86_64);
    let text = |text: &str| Some(text.to_owned());
    for (image, reason) in [
        (usual_image(Architecture::Arm64), "is for arm64, the type for x86_64"),
        (Image { windows: true, ..good() }, "is a Windows image"),
        (Image { state: text("pending"), ..good() }, "is pending, and only an available one can be launched"),
        (Image { state: None, ..good() }, "is in no state that EC2 tells"),
        (Image { root_device: None, ..good() }, "names no root device"),
        (Image { virtualization: text("paravirtual"), ..good() }, "is paravirtual"),
        (Image { root_device_type: text("instance-store"), ..good() }, "boots from instance-store"),
    ] {
        let refused = with(image).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
    let plan = with(good()).unwrap();
    assert_eq!(plan.candidates[0].image.login_user, None, "whose user that image has is not known");
    let deprecated = Image { deprecated_from: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..good() };
    let notes = with(deprecated).unwrap().candidates.remove(0).image.notes;
    assert!(notes[0].contains("is deprecated since 2026-01-01T00:00:00Z"), "{notes:?}");
    let later = Image { deprecated_from: Some("2027-01-01T00:00:00Z".parse().unwrap()), ..good() };
    assert!(with(later).unwrap().candidates[0].image.notes.is_empty());
}

#[test]
fn the_login_user_is_the_publishers_or_what_was_said() {
    let mut world = world();
    let named = |login_user: Option<&str>| Wish {
        image: ImageWish::Id { ami: "ami-1".to_owned(), login_user: login_user.map(str::to_owned) },
        ..wish(vec![wished("m7i.large", "us-east-1")])
    };
    let ubuntu = Image {
        name: Some("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251022".to_owned()),
        owner: Some("099720109477".to_owned()),
        ..usual_image(Architecture::X86_64)
    };
    world.regions.get_mut("us-east-1").unwrap().named_image = Some(ubuntu);
    let user = |wish: &Wish, world: &World| planned(wish, world).candidates.remove(0).image.login_user;
    assert_eq!(user(&named(None), &world).as_deref(), Some("ubuntu"));
    assert_eq!(user(&named(Some("ada")), &world).as_deref(), Some("ada"));
    world.agent.as_mut().unwrap().runs_on = runs_on(Architecture::X86_64, 36);
    assert_eq!(
        refusal(&named(None), &world),
        "the agent cloudkit needs glibc 2.36, and Ubuntu 22.04 has 2.35"
    );
    assert_eq!(
        started(ImageWish::Kind(ImageKind::Debian12), "m7i.large").login_user.as_deref(),
        Some("admin")
    );
}
