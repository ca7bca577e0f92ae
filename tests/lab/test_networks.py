"""Holds what the lab adds to Moto's networks."""

from __future__ import annotations

from typing import Any

from harness import LabTest, client, wait_until

REGION = "us-east-1"
S3 = "com.amazonaws.us-east-1.s3"


class Networks(LabTest):
    def network(self) -> tuple[str, str, str]:
        """A network, its subnet and its gateway, which is attached."""
        ec2 = client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/20", AvailabilityZoneId="use1-az2")["Subnet"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.assertEqual((subnet["DefaultForAz"], subnet["MapPublicIpOnLaunch"]), (False, False))
        self.assertEqual(subnet["AvailableIpAddressCount"], 4091)
        return vpc, subnet["SubnetId"], gateway

    def table(self, vpc: str) -> str:
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        return client("ec2").describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]

    def placed(self, subnet: str, **interface: Any) -> dict[str, Any]:
        return self.launch(NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet, **interface}])

    def test_the_default_network_leads_to_the_world(self) -> None:
        vpc = client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        routes = client("ec2").describe_route_tables(Filters=filters)["RouteTables"][0]["Routes"]
        self.assertEqual([route["GatewayId"][:4] for route in routes if route["DestinationCidrBlock"] == "0.0.0.0/0"], ["igw-"])
        self.assertEqual(self.control("GET", "/account")["regions"], {})

    def test_a_region_without_a_default_network(self) -> None:
        self.control("POST", "/default-network", {"region": REGION, "present": False})
        self.assertEqual(client("ec2").describe_vpcs()["Vpcs"], [])
        with self.refused("VPCIdNotSpecified"):
            self.launch()
        self.control("POST", "/default-network", {"region": REGION, "present": True})
        self.launch()

    def test_what_is_in_use_is_not_removed(self) -> None:
        ec2 = client("ec2")
        vpc, subnet, gateway = self.network()
        machine = self.placed(subnet, AssociatePublicIpAddress=True)
        self.assertEqual(machine["PublicIpAddress"], "127.0.0.1")
        for remove in (
            lambda: ec2.delete_subnet(SubnetId=subnet),
            lambda: ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc),
            lambda: ec2.delete_internet_gateway(InternetGatewayId=gateway),
            lambda: ec2.delete_vpc(VpcId=vpc),
        ):
            with self.refused("DependencyViolation"):
                remove()
        ec2.terminate_instances(InstanceIds=[machine["InstanceId"]])
        wait_until(lambda: self.state(machine["InstanceId"]) == "terminated")
        ec2.delete_subnet(SubnetId=subnet)
        with self.refused("DependencyViolation"):
            ec2.delete_vpc(VpcId=vpc)
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway)
        ec2.delete_vpc(VpcId=vpc)
        self.assertEqual(self.control("GET", "/account")["regions"], {})

    def test_an_endpoint_is_made_once(self) -> None:
        ec2 = client("ec2")
        vpc, _, _ = self.network()
        wish = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": [self.table(vpc)], "ClientToken": "one"}
        first, again = (ec2.create_vpc_endpoint(**wish)["VpcEndpoint"]["VpcEndpointId"] for _ in range(2))
        self.assertEqual(first, again)
        with self.refused("RouteAlreadyExists"):
            ec2.create_vpc_endpoint(**{**wish, "ClientToken": "two"})
        with self.refused("InvalidServiceName"):
            ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.nothing")
        ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
        self.assertEqual(ec2.describe_vpc_endpoints()["VpcEndpoints"], [])

    def test_a_machine_has_the_addresses_that_were_asked_for(self) -> None:
        ec2 = client("ec2")
        _, subnet, _ = self.network()
        for interface in ({}, {"AssociatePublicIpAddress": False}):
            self.assertNotIn("PublicIpAddress", self.placed(subnet, **interface))
        with self.refused("InvalidParameterValue"):
            self.placed(subnet, Ipv6AddressCount=1)
        vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        block = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        range64 = block.replace("/56", "/64")
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/20", Ipv6CidrBlock=range64)["Subnet"]["SubnetId"]
        machine = self.placed(subnet, Ipv6AddressCount=1)
        self.assertEqual(machine["NetworkInterfaces"][0]["Ipv6Addresses"][0]["Ipv6Address"], "::1")

    def test_what_does_not_fit_together_is_refused(self) -> None:
        _, subnet, _ = self.network()
        group = client("ec2").create_security_group(GroupName="g", Description="g")["GroupId"]
        interface = {"DeviceIndex": 0, "SubnetId": subnet}
        with self.refused("InvalidParameterCombination"):
            self.launch(NetworkInterfaces=[interface], SecurityGroupIds=[group])
        with self.refused("InvalidParameterCombination"):
            self.launch(NetworkInterfaces=[interface], SubnetId=subnet)
        with self.refused("InvalidParameter"):
            self.placed(subnet, Groups=[group])
        with self.refused("InvalidParameterValue"):
            self.launch(NetworkInterfaces=[interface], Placement={"AvailabilityZone": "us-east-1a"})
        with self.refused("InvalidSubnetID.NotFound"):
            self.placed("subnet-0123456789abcdef0")
        with self.refused("InvalidGroup.NotFound"):
            self.placed(subnet, Groups=["sg-0123456789abcdef0"])
        self.control("POST", "/subnets", {"id": subnet, "free_addresses": 0})
        with self.refused("InsufficientFreeAddressesInSubnet"):
            self.placed(subnet)
