//! Every scaffold can be deployed as it stands.

use super::*;
use crate::manifest::find::in_folder;
use crate::manifest::scaffold::{self, Layout};
use crate::manifest::{Loaded, load};

/// A scaffold as files, and what is read of them.
fn scaffolded(template: &str, layout: Layout) -> (App, Loaded) {
    let mut app = App::of("");
    for file in scaffold::files(template, layout, "us-east-1") {
        app = app.with(file.path.as_str(), &file.content);
    }
    let loaded = load(in_folder(app.root()).unwrap()).unwrap();
    assert_eq!(shown(&loaded.faults), [""; 0], "{template}");
    (app, loaded)
}

fn each(mut judge: impl FnMut(&str, Subject<'_>)) {
    for template in scaffold::templates() {
        for layout in [Layout::Portable, Layout::Convention] {
            let (_app, loaded) = scaffolded(template, layout);
            let subject = loaded.subject(None).unwrap();
            let deployment = subject.deployment;
            assert!(!deployment.uploads.is_empty() && !deployment.scripts.is_empty(), "{template}");
            judge(template, subject);
        }
    }
}

#[test]
fn every_scaffold_has_no_fault() {
    each(|template, subject| assert_eq!(shown(&alone(subject)), [""; 0], "{template}"));
}

#[cfg(feature = "net")]
#[test]
fn real_programs_find_nothing_in_any_scaffold() {
    let Some(programs) = tools::real(&TOOLS) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    each(|template, subject| {
        assert_eq!(shown(&runtime.block_on(all(subject, &programs))), [""; 0], "{template}");
    });
}

#[test]
fn both_layouts_have_the_same_content_and_name_a_way_to_end() {
    for template in scaffold::templates() {
        let contents = |layout| -> Vec<(String, String)> {
            let files = scaffold::files(template, layout, "eu-west-1").into_iter();
            let mut named: Vec<_> =
                files.map(|file| (file.path.file_name().to_owned(), file.content)).collect();
            named.retain(|(name, _)| !matches!(name.as_str(), "deployment.yaml" | "packages.txt"));
            named.sort();
            named
        };
        assert_eq!(contents(Layout::Portable), contents(Layout::Convention), "{template}");
        let configuration =
            &contents(Layout::Portable).into_iter().find(|(name, _)| name == "config.yaml").unwrap().1;
        let keys: Mapping = serde_yaml::from_str(configuration).unwrap();
        assert_eq!(
            (keys["ttl"].as_str(), keys["regions"][0].as_str()),
            (Some("8h"), Some("eu-west-1")),
            "{template}"
        );
    }
}

#[test]
fn what_must_not_be_committed_is_added_once() {
    let (text, added) = scaffold::with_ignored("target", Layout::Portable).unwrap();
    assert_eq!((text.as_str(), added.len()), ("target\n.spot/secrets/\n.spot/.env\n.env\n", 3));
    assert!(scaffold::with_ignored(&text, Layout::Portable).is_none());
}
