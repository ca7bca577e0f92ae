//! The same launch against a plain Moto server: nothing depends on what the lab adds.

use std::net::TcpListener;
use std::process::Command;

use crate::support::{Home, Running, lab_python, wait};

#[test]
fn a_machine_is_launched_and_ended_without_the_lab() {
    let port = free_port();
    let mut command = Command::new(lab_python());
    command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
    let moto = Running::start("moto", &mut command);
    wait::until("Moto to listen", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    give_it_a_way_out(port);
    let home = home(port);
    let line =
        "cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running --ssh-from 203.0.113.7 -o json";
    let launched = home.run(line).ok().json();
    assert_eq!(launched["state"], "running", "{}", moto.stderr());
    let rows = home.run("cloudkit launch list -r us-east-1").ok().lines_of_json();
    assert_eq!(rows[0]["instance_id"], launched["instance_id"]);
    assert_eq!(rows[0]["deadline"], launched["deadline"]);
    home.run("cloudkit launch terminate trainer --yes -r us-east-1").ok();
    home.run("cloudkit launch cleanup --bucket --yes -r us-east-1").ok();
    assert_eq!(home.run("cloudkit launch cleanup --bucket --yes -r us-east-1").ok().stdout, "");
}

/// The default network of AWS leads out, that of Moto nowhere.
fn give_it_a_way_out(port: u16) {
    let script = format!(
        "import boto3\n\
         ec2 = boto3.client('ec2', region_name='us-east-1', endpoint_url='http://127.0.0.1:{port}', \
         aws_access_key_id='x', aws_secret_access_key='x')\n\
         gateway = ec2.create_internet_gateway()['InternetGateway']['InternetGatewayId']\n\
         network = ec2.describe_vpcs()['Vpcs'][0]['VpcId']\n\
         ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network)\n\
         table = ec2.describe_route_tables()['RouteTables'][0]['RouteTableId']\n\
         ec2.create_route(RouteTableId=table, DestinationCidrBlock='0.0.0.0/0', GatewayId=gateway)\n"
    );
    assert!(Command::new(lab_python()).args(["-c", &script]).status().unwrap().success());
}

fn home(port: u16) -> Home {
    let mut home = Home::new();
    home.set("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{port}"));
    home.set("AWS_ACCESS_KEY_ID", "any");
    home.set("AWS_SECRET_ACCESS_KEY", "any");
    home.set("AWS_REGION", "us-east-1");
    home.write(
        ".ssh/id_ed25519.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk\n",
    );
    let agent = home.write("agent", crate::elf::for_x86_64());
    home.settings(&format!("agent-binary: {}\n", agent.display()));
    home
}

/// A port that was free a moment ago, which is all that can be known of one for another program.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
