"""Holds what the lab knows of the roles of machines."""

from __future__ import annotations

import json

import boto3
from harness import client
from test_ending import TRUST
from test_metadata import MetadataTest

READS = {
    "Effect": "Allow",
    "Action": ["ssm:GetParametersByPath"],
    "Resource": ["arn:aws:ssm:us-east-1:123456789012:parameter/app", "arn:aws:ssm:us-east-1:123456789012:parameter/app/*"],
}


class MachineRoles(MetadataTest):
    def test_a_machine_has_the_credentials_of_its_role(self) -> None:
        iam = client("iam")
        iam.create_instance_profile(InstanceProfileName="trainer")
        iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)
        iam.add_role_to_instance_profile(InstanceProfileName="trainer", RoleName="trainer")
        iam.put_role_policy(
            RoleName="trainer",
            PolicyName="reads",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [READS]}),
        )
        self.open(IamInstanceProfile={"Name": "trainer"})
        self.assertEqual(self.text("meta-data/iam/security-credentials/"), "trainer")
        told = json.loads(self.text("meta-data/iam/security-credentials/trainer"))
        ssm = boto3.client(
            "ssm",
            region_name="us-east-1",
            endpoint_url=client("ssm").meta.endpoint_url,
            aws_access_key_id=told["AccessKeyId"],
            aws_secret_access_key=told["SecretAccessKey"],
            aws_session_token=told["Token"],
        )
        self.assertEqual(ssm.get_parameters_by_path(Path="/app")["Parameters"], [])
        with self.refused("AccessDeniedException"):
            ssm.get_parameters_by_path(Path="/other")
        with self.refused("AccessDeniedException"):
            ssm.put_parameter(Name="/app/TOKEN", Value="x", Type="SecureString")

    def test_one_without_a_role_has_none(self) -> None:
        self.open()
        self.assertEqual(self.get("meta-data/iam/security-credentials/").status, 404)
