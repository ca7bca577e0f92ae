//! Every environment variable of cloudkit's own, in one table; `cloudkit help environment` prints it.
//!
//! The AWS SDK's variables (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, …) and the proxy's are read by the SDK and the
//! HTTP client.

/// An environment variable and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub help: &'static str,
}

/// The format of what a command prints where `-o` does not say.
pub const OUTPUT: Variable = Variable {
    name: "CLOUDKIT_OUTPUT",
    help: "output format where -o does not say: table, wide, json, jsonl, yaml, csv or name",
};

/// The shell that asks for completions.
pub const COMPLETE: Variable = Variable {
    name: "CLOUDKIT_COMPLETE",
    help: "the shell that asks for completions; set by the script of cloudkit completions",
};

/// Below which directory the files of the agent are put and found.
pub const ROOT: Variable = Variable {
    name: "CLOUDKIT_ROOT",
    help: "directory that stands for / where the agent is installed and uninstalled, as in an image",
};

/// The service that says which address the caller is seen from.
pub const CHECK_IP_URL: Variable = Variable {
    name: "CLOUDKIT_CHECK_IP_URL",
    help: "service that answers with the caller's public address, instead of https://checkip.amazonaws.com",
};

/// The port on which the SSH server of a new machine is looked for.
pub const SSH_PORT: Variable =
    Variable { name: "CLOUDKIT_SSH_PORT", help: "port of the machines' SSH servers, instead of 22" };

/// How long the SSH server of a new machine is waited for.
pub const SSH_WAIT: Variable = Variable {
    name: "CLOUDKIT_SSH_WAIT",
    help: "how long a new machine's SSH server is waited for, such as 10m, instead of 4m",
};

/// How long the first sign of a new machine's agent is looked for.
pub const AGENT_WAIT: Variable = Variable {
    name: "CLOUDKIT_AGENT_WAIT",
    help: "how long the agent's first sign is looked for once ssh answers, such as 2m, instead of 20s (5m with --wait agent)",
};

/// How long AWS may take to answer a question.
pub const ANSWER_LIMIT: Variable = Variable {
    name: "CLOUDKIT_ANSWER_LIMIT",
    help: "how long AWS may take to answer a question that changes nothing, such as 30s, instead of 10s",
};

/// Where releases of the agent are.
pub const AGENT_RELEASES_URL: Variable = Variable {
    name: "CLOUDKIT_AGENT_RELEASES_URL",
    help: "address of the folder that cloudkit agent fetch takes releases of the agent from",
};

/// The key of releases, for tests.
pub const TEST_RELEASE_KEY: Variable = Variable {
    name: "CLOUDKIT_TEST_RELEASE_KEY",
    help: "minisign public key by which a debug build judges releases of the agent; a released build refuses it",
};

/// The first pause between tries that wait for capacity.
pub const CAPACITY_PAUSE: Variable = Variable {
    name: "CLOUDKIT_CAPACITY_PAUSE",
    help: "first pause between the tries of --wait-for-capacity, instead of 15s; each is twice the one before, up to 5m",
};

/// The list of spot prices.
pub const SPOT_PRICES_URL: Variable = Variable {
    name: "CLOUDKIT_SPOT_PRICES_URL",
    help: "address of the list of spot prices, instead of AWS's spot.json",
};

/// The list of spot interruptions.
pub const INTERRUPTIONS_URL: Variable = Variable {
    name: "CLOUDKIT_INTERRUPTIONS_URL",
    help: "address of the list of spot interruptions, instead of AWS's spot-advisor-data.json",
};

/// The lists of on-demand prices.
pub const ON_DEMAND_PRICES_URL: Variable = Variable {
    name: "CLOUDKIT_ON_DEMAND_PRICES_URL",
    help: "folder of the lists of on-demand prices and their metadata.json, instead of AWS's",
};

/// The list of locations.
pub const LOCATIONS_URL: Variable = Variable {
    name: "CLOUDKIT_LOCATIONS_URL",
    help: "address of the list of locations, instead of AWS's locations.json",
};

/// The day on which figures are judged old or not.
pub const TODAY: Variable = Variable {
    name: "CLOUDKIT_TODAY",
    help: "the day by which figures are called old, such as 2026-11-22, instead of the clock's",
};

/// How long a lock counts.
pub const LOCK_LASTS: Variable = Variable {
    name: "CLOUDKIT_LOCK_LASTS",
    help: "how long the lock of a deployment counts after its holder was last heard of, such as 10m, instead of 2m",
};

/// Every variable, in the order of their names.
pub const ALL: [Variable; 17] = [
    AGENT_RELEASES_URL,
    AGENT_WAIT,
    ANSWER_LIMIT,
    CAPACITY_PAUSE,
    CHECK_IP_URL,
    COMPLETE,
    INTERRUPTIONS_URL,
    LOCATIONS_URL,
    LOCK_LASTS,
    ON_DEMAND_PRICES_URL,
    OUTPUT,
    ROOT,
    SPOT_PRICES_URL,
    SSH_PORT,
    SSH_WAIT,
    TEST_RELEASE_KEY,
    TODAY,
];
