//! cloudkit finds, launches, looks after and deploys to EC2 machines.
