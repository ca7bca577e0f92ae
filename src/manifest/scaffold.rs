//! The beginning of an app folder: something small that runs, for each template and in both layouts.
//!
//! Whether there are such files already is for whoever writes them to find out.

use super::FolderPath;

/// How an app folder is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `.spot/` with a deployment that is written out.
    Portable,
    /// `deployment/`, whose files mean what their names say.
    Convention,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaffoldFile {
    /// Where, from the repository's root on.
    pub path: FolderPath,
    /// What is in it.
    pub content: String,
    /// Whether it can be run.
    pub runs: bool,
}

/// What there is of a template.
struct Example {
    template: &'static str,
    deployment: &'static str,
    setup: &'static str,
    /// In `services/`, `configs/` and `files/`, or beside them.
    others: &'static [(&'static str, &'static str)],
    /// What the convention would not find out by itself.
    packages: &'static str,
    types: &'static str,
    /// Where it answers.
    port: Option<u16>,
    image: Option<&'static str>,
}

macro_rules! scaffold {
    ($path:literal) => {
        include_str!(concat!("../../templates/deploy/scaffold/", $path))
    };
}

const SMALL: &str = "[t3a.small, t3.small]";

const EXAMPLES: [Example; 5] = [
    Example {
        template: "minimal",
        deployment: scaffold!("minimal/deployment.yaml"),
        setup: scaffold!("minimal/setup.sh"),
        others: &[
            ("services/app.service", scaffold!("minimal/services/app.service")),
            ("files/index.html", scaffold!("minimal/files/index.html")),
        ],
        packages: "",
        types: SMALL,
        port: Some(8080),
        image: None,
    },
    Example {
        template: "docker",
        deployment: scaffold!("docker/deployment.yaml"),
        setup: scaffold!("docker/setup.sh"),
        others: &[
            ("compose.yaml", scaffold!("docker/compose.yaml")),
            ("files/index.html", scaffold!("docker/files/index.html")),
        ],
        packages: "",
        types: SMALL,
        port: Some(8080),
        image: Some("ubuntu"),
    },
    Example {
        template: "python",
        deployment: scaffold!("python/deployment.yaml"),
        setup: scaffold!("python/setup.sh"),
        others: &[
            ("services/app.service", scaffold!("python/services/app.service")),
            ("configs/app.env", scaffold!("python/configs/app.env")),
            ("files/server.py", scaffold!("python/files/server.py")),
        ],
        packages: "python3\npython3-pip\n",
        types: SMALL,
        port: Some(8080),
        image: None,
    },
    Example {
        template: "node",
        deployment: scaffold!("node/deployment.yaml"),
        setup: scaffold!("node/setup.sh"),
        others: &[
            ("services/app.service", scaffold!("node/services/app.service")),
            ("configs/app.env", scaffold!("node/configs/app.env")),
            ("files/server.js", scaffold!("node/files/server.js")),
        ],
        packages: "nodejs\nnpm\n",
        types: SMALL,
        port: Some(8080),
        image: None,
    },
    Example {
        template: "gpu",
        deployment: scaffold!("gpu/deployment.yaml"),
        setup: scaffold!("gpu/setup.sh"),
        others: &[
            ("services/gpu-watch.service", scaffold!("gpu/services/gpu-watch.service")),
            ("files/gpu-watch.sh", scaffold!("gpu/files/gpu-watch.sh")),
        ],
        packages: "",
        types: "[g6.xlarge, g5.xlarge, g4dn.xlarge]",
        port: None,
        image: Some("gpu"),
    },
];

/// The names of templates that there is a scaffold for.
#[must_use]
pub fn templates() -> [&'static str; 5] {
    EXAMPLES.each_ref().map(|example| example.template)
}

/// The files of a scaffold; nothing for a template that there is none for.
#[must_use]
pub fn files(template: &str, layout: Layout, region: &str) -> Vec<ScaffoldFile> {
    let Some(example) = EXAMPLES.iter().find(|example| example.template == template) else {
        return Vec::new();
    };
    let mut files = vec![("config.yaml".to_owned(), configuration(example, region), false)];
    match layout {
        Layout::Portable => {
            files.push(("deployment.yaml".to_owned(), example.deployment.to_owned(), false));
            files.push(("scripts/setup.sh".to_owned(), example.setup.to_owned(), true));
        }
        Layout::Convention => {
            files.push(("setup.sh".to_owned(), example.setup.to_owned(), true));
            if !example.packages.is_empty() {
                files.push(("packages.txt".to_owned(), example.packages.to_owned(), false));
            }
        }
    }
    files.extend(
        example.others.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned(), false)),
    );
    let folder = folder(layout);
    let placed = |(path, content, runs): (String, String, bool)| {
        Some(ScaffoldFile { path: format!("{folder}/{path}").parse().ok()?, content, runs })
    };
    files.into_iter().filter_map(placed).collect()
}

/// The folder of a layout.
#[must_use]
pub const fn folder(layout: Layout) -> &'static str {
    match layout {
        Layout::Portable => ".spot",
        Layout::Convention => "deployment",
    }
}

fn configuration(example: &Example, region: &str) -> String {
    let image = example.image.map_or_else(String::new, |image| format!("image: {image}\n"));
    let ports = example.port.map_or_else(String::new, |port| {
        format!(
            "# What everybody may reach. For some addresses alone: {{port: {port}, from: 198.51.100.0/24}}\n\
             ports: [{port}]\n"
        )
    });
    format!(
        "# On which machines, and how they end. Every key: cloudkit deploy schema config\n\
         count: 1\n\
         regions: [{region}]\n\
         # The wanted type first; the others where EC2 has none of it.\n\
         types: {}\n\
         {image}{ports}# The machines end so long after they were made. To keep them until you destroy them: keep: true\n\
         ttl: 8h\n",
        example.types
    )
}

/// What must not be committed.
const fn ignored(layout: Layout) -> [&'static str; 3] {
    match layout {
        Layout::Portable => [".spot/secrets/", ".spot/.env", ".env"],
        Layout::Convention => ["deployment/secrets/", "deployment/.env", ".env"],
    }
}

/// A `.gitignore` with what must not be committed, and what was added; nothing where it has it all.
#[must_use]
pub fn with_ignored(there: &str, layout: Layout) -> Option<(String, Vec<&'static str>)> {
    let has = |rule: &str| there.lines().any(|line| line.trim().trim_start_matches('/') == rule);
    let missing: Vec<&'static str> = ignored(layout).into_iter().filter(|rule| !has(rule)).collect();
    if missing.is_empty() {
        return None;
    }
    let mut text = there.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for rule in &missing {
        text.push_str(rule);
        text.push('\n');
    }
    Some((text, missing))
}
