#!/bin/sh
# A launch as a script of the AWS CLI does it: image, security group with SSH, COUNT machines that power themselves off after
# an hour, and with WAIT=running the AWS CLI's own wait for them. Measured beside cloudkit; prints the machines' ids.
set -eu
name=plain-$$
image=$(aws ssm get-parameters --names "$PARAMETER" --query 'Parameters[0].Value' --output text)
group=$(aws ec2 create-security-group --group-name "$name" --description SSH --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr 203.0.113.7/32 >/dev/null
machines=$(aws ec2 run-instances --image-id "$image" --instance-type t3.small --count "$COUNT" \
    --security-group-ids "$group" --instance-initiated-shutdown-behavior terminate \
    --user-data '#!/bin/sh
shutdown -h +60' --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$name}]" \
    --query 'Instances[].InstanceId' --output text)
if [ "$WAIT" = running ]; then
    # shellcheck disable=SC2086 # ids are words
    aws ec2 wait instance-running --instance-ids $machines
fi
echo "$machines"
