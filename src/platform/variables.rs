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

/// Every variable, in the order of their names.
pub const ALL: [Variable; 4] = [CHECK_IP_URL, OUTPUT, SSH_PORT, SSH_WAIT];
