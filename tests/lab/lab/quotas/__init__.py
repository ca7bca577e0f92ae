"""Service Quotas for EC2: what may be had of each thing in each region, and requests for more.

It deliberately knows no other service's quotas. Whether a launch fits its quota is looked at in `ec2.vcpu_limits`.
"""
