//! What a machine starts from: what fits its type, an image by its name, an image by its id.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::elf;
use crate::support::{Home, Lab};

/// The lines of a plan that tell of its image.
fn image_lines(home: &Home, line: &str) -> String {
    let plan = home.run(&format!("cloudkit launch {line} --ttl 1h --dry-run")).ok().stdout;
    let told = plan.lines().skip_while(|line| !line.starts_with("  image")).take(2);
    let notes = plan.lines().filter(|line| line.starts_with("  note") || line.starts_with("  or else"));
    told.chain(notes).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_type_gets_the_image_for_what_it_has() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(image_lines(&home, "-t m7i.large"), @"
    image    Amazon Linux 2023, the usual image
             ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
    ");
    assert_snapshot!(image_lines(&home, "-t g6.xlarge"), @"
    image    deep-learning base image on Amazon Linux 2023, since g6.xlarge has an NVIDIA GPU (L4)
             ami-017045eaa059a6a35 (Deep Learning Base OSS Nvidia Driver GPU AMI (Amazon Linux 2023) 20261006)
    ");
    assert_snapshot!(image_lines(&home, "-t trn1.2xlarge"), @"
    image    Neuron image on Amazon Linux 2023, since trn1.2xlarge has AWS's Trainium
             ami-07b19621fb3d7355d (Deep Learning Base Neuron AMI (Amazon Linux 2023) 20261006)
    note     it brings no PyTorch or JAX; --image neuron-ubuntu-24.04 does
    ");
    assert_snapshot!(image_lines(&home, "-t inf1.xlarge"), @"
    image    Amazon Linux 2023, the usual image
             ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
    note     AWS's Neuron images have not driven the first Inferentia since their release 2.26.1
    ");
    home.write("agent", elf::for_arm64());
    assert_snapshot!(image_lines(&home, "-t t4g.small"), @"
    image    Amazon Linux 2023, the usual image
             ami-065b1b834d2a83a7a (al2023-ami-2023.12.20260930.0-kernel-6.18-arm64)
    ");
    assert_snapshot!(image_lines(&home, "-t g5g.xlarge"), @"
    image    deep-learning base image on Amazon Linux 2023, since g5g.xlarge has an NVIDIA GPU (T4g)
             ami-047180b8adf1db35f (Deep Learning ARM64 Base OSS Nvidia Driver GPU AMI (Amazon Linux 2023) 20261006)
    ");
}

#[test]
fn an_image_goes_by_its_name() {
    let lab = Lab::start();
    let home = lab.home();
    let mut told = String::new();
    for (name, instance_type) in [
        ("al2023", "m7i.large"),
        ("ubuntu-24.04", "m7i.large"),
        ("ubuntu-22.04", "m7i.large"),
        ("debian-12", "m7i.large"),
        ("gpu", "g6.xlarge"),
        ("gpu-ubuntu-24.04", "g6.xlarge"),
        ("gpu-ubuntu-22.04", "g6.xlarge"),
        ("neuron", "trn1.2xlarge"),
        ("neuron-ubuntu-24.04", "trn1.2xlarge"),
        ("neuron-ubuntu-22.04", "trn1.2xlarge"),
    ] {
        let line = format!("cloudkit launch -t {instance_type} --image {name} --ttl 1h --dry-run -o json");
        let plan = home.run(&line).ok().json();
        let image = &plan["candidates"][0]["image"];
        assert_eq!(image["kind"], name);
        let text = |key: &str| image[key].as_str().unwrap();
        let (user, device) = (text("login_user"), text("root_device"));
        told += &format!("{user} {device} {} GiB {}\n", image["root_gib"], text("name"));
    }
    assert_snapshot!(told, @"
    ec2-user /dev/xvda 8 GiB al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64
    ubuntu /dev/sda1 8 GiB ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261006
    ubuntu /dev/sda1 8 GiB ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261006
    admin /dev/xvda 8 GiB debian-12-amd64-20261006-2300
    ec2-user /dev/xvda 75 GiB Deep Learning Base OSS Nvidia Driver GPU AMI (Amazon Linux 2023) 20261006
    ubuntu /dev/sda1 75 GiB Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20261006
    ubuntu /dev/sda1 75 GiB Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) 20261006
    ec2-user /dev/xvda 100 GiB Deep Learning Base Neuron AMI (Amazon Linux 2023) 20261006
    ubuntu /dev/sda1 100 GiB Deep Learning AMI Neuron (Ubuntu 24.04) 20261006
    ubuntu /dev/sda1 100 GiB Deep Learning AMI Neuron (Ubuntu 22.04) 20261006
    ");
}

#[test]
fn a_machine_is_launched_from_an_image_by_its_name() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --image debian-12 --ttl 1h -o json";
    let launched = home.run(line).ok().json();
    assert_snapshot!(launched["ssh_command"], @r#""ssh -p [PORT] admin@127.0.0.1""#);
    let machine = lab.only_machine();
    let parameters = &machine["launch_parameters"];
    assert_eq!(parameters["BlockDeviceMapping.1.DeviceName"], "/dev/xvda");
    assert_eq!(parameters["BlockDeviceMapping.1.Ebs.VolumeType"], "gp3");
}

#[cfg(unix)]
#[test]
fn the_images_of_all_candidates_of_a_region_take_two_calls() {
    let lab = Lab::start();
    let home = lab.home();
    let types = "m7i.large g6.xlarge trn1.2xlarge inf2.xlarge";
    let line = format!("cloudkit find search {types} -r us-east-1 | cloudkit launch --ttl 1h --dry-run");
    let plan = home.run(&line).ok().stdout;
    let machines = plan.lines().filter(|line| line.starts_with("  machine") || line.starts_with("  or else"));
    assert_snapshot!(machines.collect::<Vec<_>>().join("\n"), @"
    machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
    or else  inf2.xlarge in us-east-1, on-demand, 4 vCPUs, 16 GiB, from Neuron image on Amazon Linux 2023
    or else  g6.xlarge in us-east-1, on-demand, 4 vCPUs, 16 GiB, from deep-learning base image on Amazon Linux 2023
    or else  trn1.2xlarge in us-east-1, on-demand, 8 vCPUs, 32 GiB, from Neuron image on Amazon Linux 2023
    ");
    assert_eq!(lab.requests_of("GetParameters").len(), 1);
    assert_eq!(lab.requests_of("DescribeImages").len(), 1);
    assert_eq!(lab.requests_of("GetParameter").len(), 0);
}

#[test]
fn a_name_that_no_image_has_is_refused_where_it_is_typed() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --image ubunto-24.04"), @r#"
    --- stderr
    error: invalid value 'ubunto-24.04' for '--image <NAME>': there is no image "ubunto-24.04"; did you mean ubuntu-24.04 or ubuntu-22.04? All of them: al2023, ubuntu-24.04, ubuntu-22.04, debian-12, gpu, gpu-ubuntu-24.04, gpu-ubuntu-22.04, neuron, neuron-ubuntu-24.04, neuron-ubuntu-22.04
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --image ami-0abcdef1234567890"), @"
    --- stderr
    error: invalid value 'ami-0abcdef1234567890' for '--image <NAME>': ami-0abcdef1234567890 is the id of an image, not a name: --ami ami-0abcdef1234567890
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ami ubuntu-24.04"), @r#"
    --- stderr
    error: invalid value 'ubuntu-24.04' for '--ami <AMI>': "ubuntu-24.04" is not the id of an image, such as ami-0abcdef1234567890 (images by name: --image)
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --image gpu --ami ami-0abcdef1234567890"), @"
    --- stderr
    error: the argument '--image <NAME>' cannot be used with '--ami <AMI>'
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ami ami-0abcdef1234567890 --login-user 'a;b'"), @r#"
    --- stderr
    error: invalid value 'a;b' for '--login-user <USER>': "a;b" is not a user name such as ec2-user
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn an_image_that_can_not_serve_the_type_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --image neuron --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: the image neuron is for Inferentia and Trainium, and m7i.large has neither
    hint: leave --image out, and what fits m7i.large is taken
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t inf1.xlarge --image neuron --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: inf1.xlarge in us-east-1 cannot be launched: AWS's Neuron images have not driven the first Inferentia since their release 2.26.1
    hint: leave --image out, and what fits inf1.xlarge is taken
    hint: name a Neuron image of release 2.26 or before by its id: --ami ami-…
    --- exit 2
    ");
    home.write("agent", elf::for_arm64());
    assert_snapshot!(home.run("cloudkit launch -t t4g.small --image neuron --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: t4g.small in us-east-1 cannot be launched: the image neuron is for Inferentia and Trainium, and t4g.small has neither
    hint: leave --image out, and what fits t4g.small is taken
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

/// Adds an image to the account and returns its id.
fn put(lab: &Lab, members: &Value) -> String {
    let mut image = json!({"region": "us-east-1"});
    image.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    lab.post("/images", &image)["ImageId"].as_str().unwrap().to_owned()
}

#[test]
fn an_image_of_somebodys_own_is_looked_at_first() {
    let lab = Lab::start();
    let home = lab.home();
    let mut told = String::new();
    for members in [
        json!({"Architecture": "arm64"}),
        json!({"Platform": "windows"}),
        json!({"State": "disabled"}),
        json!({"VirtualizationType": "paravirtual"}),
        json!({"RootDeviceType": "instance-store"}),
    ] {
        let id = put(&lab, &members);
        let line = format!("cloudkit launch -t m7i.large --ami {id} --ttl 1h --quiet");
        told += &home.run(&line).exits(2).stderr.lines().next().unwrap().replace(&id, "ami-x");
        told += "\n";
    }
    assert_snapshot!(told, @"
    error: m7i.large in us-east-1 cannot be launched: image ami-x is for arm64, the type for x86_64
    error: m7i.large in us-east-1 cannot be launched: ami-x is a Windows image, and the agent that ends a machine runs on Linux
    error: m7i.large in us-east-1 cannot be launched: image ami-x is disabled, and only an available one can be launched
    error: m7i.large in us-east-1 cannot be launched: image ami-x is paravirtual, as images of before 2014 were; machines of today run hvm
    error: m7i.large in us-east-1 cannot be launched: image ami-x boots from instance-store, and only one that boots from ebs is launched
    ");
    let id = put(&lab, &json!({"Architecture": "arm64"}));
    let line = format!("cloudkit launch -t m7i.large --ami {id} --ttl 1h --quiet");
    let hints = home.run(&line).exits(2).stderr.replace(&id, "ami-x");
    assert_snapshot!(hints, @"
    error: m7i.large in us-east-1 cannot be launched: image ami-x is for arm64, the type for x86_64
    hint: leave --ami out, and what fits the type is taken
    hint: name another Linux image for x86_64: --ami ami-…, or one by its name: --image NAME
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_deprecated_image_is_launched_with_a_note() {
    let lab = Lab::start();
    let home = lab.home();
    let id = put(&lab, &json!({"Name": "old", "DeprecationTime": "2024-01-01T00:00:00.000Z"}));
    let lines = image_lines(&home, &format!("-t m7i.large --ami {id}")).replace(&id, "ami-x");
    assert_snapshot!(lines, @"
    image    an image that cloudkit does not know, named by its id
             ami-x (old)
    note     image ami-x is deprecated since YYYY-MM-DDThh:mm:ssZ: its owner may no longer mend it, and may remove it
    ");
}

#[test]
fn whose_user_an_image_has_is_the_publishers_or_the_callers_to_say() {
    let lab = Lab::start();
    let home = lab.home();
    let mine = put(&lab, &json!({"Name": "al2023-ami-that-is-not-amazons"}));
    let ssh = |flags: &str| {
        let line = format!("cloudkit launch -t m7i.large --ttl 1h -o table --quiet {flags}");
        let screen = home.run(&line).ok().stdout;
        screen.lines().find(|line| line.contains(" ssh ")).unwrap().trim().to_owned()
    };
    assert_snapshot!(ssh(&format!("--ami {mine}")), @"ssh      ssh USER@127.0.0.1, where USER is the image's own");
    assert_snapshot!(ssh(&format!("--ami {mine} --login-user ada")), @"ssh      ssh -p [PORT] ada@127.0.0.1");
    assert_snapshot!(ssh("--ami ami-1e749f67"), @"ssh      ssh -p [PORT] ubuntu@127.0.0.1");
}

#[test]
fn the_c_library_of_the_image_counts() {
    let lab = Lab::start();
    let home = lab.home();
    home.write("agent", elf::for_x86_64_with("GLIBC_2.36"));
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --image ubuntu-22.04 --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: the agent [HOME]/agent needs glibc 2.36, and Ubuntu 22.04 has 2.35
    hint: build one for older systems, in the sources of this cloudkit: cargo xtask dist
    hint: give a Linux build of cloudkit for x86_64 that needs at most glibc 2.35: --agent-binary FILE
    hint: launch Ubuntu 24.04, whose C library is new enough: --image ubuntu-24.04
    --- exit 2
    ");
    home.run("cloudkit launch -t m7i.large --image debian-12 --ttl 1h --wait accepted").ok();
}

#[test]
fn parameters_that_may_not_be_read_are_3() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "GetParameters", "status": 400,
        "code": "AccessDeniedException", "message": "AWS says why."}));
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h --quiet"), @"
    --- stderr
    error: cannot look at the current images of us-east-1
    caused by: GetParameters refused: AccessDeniedException: AWS says why.
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
}
