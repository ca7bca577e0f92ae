//! How far a machine is in being set up: `cloudkit.apply/v1`.
