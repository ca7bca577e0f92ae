"""A launch as a script of boto3 does it: the same calls as plain.sh, in one process."""

import os

import boto3

ec2, ssm = boto3.client("ec2"), boto3.client("ssm")
name = f"plain-{os.getpid()}"
image = ssm.get_parameters(Names=[os.environ["PARAMETER"]])["Parameters"][0]["Value"]
group = ec2.create_security_group(GroupName=name, Description="SSH")["GroupId"]
ec2.authorize_security_group_ingress(
    GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="203.0.113.7/32"
)
count = int(os.environ["COUNT"])
launched = ec2.run_instances(
    ImageId=image,
    InstanceType="t3.small",
    MinCount=count,
    MaxCount=count,
    SecurityGroupIds=[group],
    InstanceInitiatedShutdownBehavior="terminate",
    UserData="#!/bin/sh\nshutdown -h +60\n",
    TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
)
machines = [machine["InstanceId"] for machine in launched["Instances"]]
if os.environ["WAIT"] == "running":
    ec2.get_waiter("instance_running").wait(InstanceIds=machines)
print(*machines)
