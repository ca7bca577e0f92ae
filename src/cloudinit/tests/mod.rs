//! Tests of user data: the rendering, real tools on what is rendered, and the scripts as real shells run them.
//!
//! The scripts run in a directory that stands for a machine's root, with stand-ins for what would touch the real one.
//! A machine that boots is tested elsewhere.

mod agent;
mod apply;
mod boothook;
mod deadline;
mod machine;
mod quoting;
mod rendering;
mod server;
mod tools;
mod user;
mod user_jobs;
mod user_reading;

use super::user::UserBoot;
use super::{AgentDownload, Boot, Delivery, DownloadSource};
use crate::model::agent::AgentConfiguration;

/// When the launch of [`boot`] was planned: 2026-11-20T12:00:00Z.
const LAUNCHED_AT: i64 = 1_795_176_000;
/// The deadline of [`boot`]: eight hours later.
const DEADLINE: i64 = LAUNCHED_AT + 8 * 3600;

fn instant(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(seconds).unwrap()
}

fn boot() -> Boot {
    let deadline = Some(instant(DEADLINE));
    Boot {
        configuration: AgentConfiguration::for_machine("launch-one", instant(LAUNCHED_AT), deadline),
        authorized_keys: vec!["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample me@laptop".to_owned()],
        agent: Some(AgentDownload {
            sources: vec![DownloadSource {
                url: presigned_url(),
                headers: vec![("x-amz-expected-bucket-owner".to_owned(), "123456789012".to_owned())],
            }],
            sha256: "0123456789abcdef".repeat(4),
            bytes: 10_020_144,
        }),
        user: UserBoot::default(),
        delivery: Delivery::default(),
        object: None,
        apply: None,
    }
}

/// A presigned URL of the length that the credentials of a single sign-on make.
fn presigned_url() -> String {
    let url = "https://bucket.s3.eu-central-1.amazonaws.com/agent?X-Amz-Expires=3600&X-Amz-Security-Token=";
    let mut noise = 1_u64;
    let token = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(noise >> 58) as usize],
        )
    });
    url.chars().chain(token).take(1900).collect()
}

/// The body of the part with this file name.
fn body(boot: &Boot, file_name: &str) -> String {
    let data = super::render(boot).unwrap();
    data.parts().iter().find(|part| part.file_name() == file_name).unwrap().body().to_owned()
}
