"""Networks whose parts hang on each other as EC2's do: what is in use is not removed, and defaults are only the default's.

It deliberately routes nothing: whether a machine could reach anything follows from no route.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

from ..errors import AwsError


class Networks(EC2Backend):
    """What Moto's networks lack. A default network has a gateway and a route to it, as AWS makes it."""

    _going: str | None = None

    def create_default_vpc(self) -> Any:
        vpc = super().create_default_vpc()
        gateway = self.create_internet_gateway()
        self.attach_internet_gateway(gateway.id, vpc.id)
        self.create_route(self.main_table(vpc.id).id, "0.0.0.0/0", gateway_id=gateway.id)
        return vpc

    def main_table(self, vpc_id: str) -> Any:
        return next(
            table for table in self.route_tables.values() if table.vpc_id == vpc_id and table.main_association_id
        )

    def create_subnet(self, vpc_id: str, cidr_block: str, *arguments: Any, **named: Any) -> Any:
        """Moto takes the first subnet of a zone for a default one, whatever its network, and knows zones by their names."""
        names = ("ipv6_cidr_block", "availability_zone", "availability_zone_id", "ipv6_native", "tags")
        named.update(zip(names, arguments))
        zone_id = named.pop("availability_zone_id", None)
        if zone_id:
            zone = next((zone for zone in self.describe_availability_zones() if zone.zone_id == zone_id), None)
            if zone is None:
                raise AwsError(400, "InvalidParameterValue", f"Invalid availability zone ID: [{zone_id}]")
            named["availability_zone"] = zone.name
        first = named.get("availability_zone") not in self.get_default_subnets()
        subnet = super().create_subnet(vpc_id, cidr_block, **named)
        subnet.default_for_az = subnet.map_public_ip_on_launch = self.get_vpc(vpc_id).is_default and first
        return subnet

    def delete_subnet(self, subnet_id: str) -> Any:
        if any(nic.subnet.id == subnet_id for nic in self._live_interfaces()):
            raise _in_use(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        for table in self.route_tables.values():
            table._associations = {key: of for key, of in table._associations.items() if of != subnet_id}
        return super().delete_subnet(subnet_id)

    def delete_vpc(self, vpc_id: str) -> Any:
        self.get_vpc(vpc_id)
        gateways = [gateway for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
        groups = [group for group in self.groups.get(vpc_id, {}).values() if group.name != "default"]
        endpoints = [endpoint for endpoint in self.describe_vpc_endpoints(None) if endpoint.vpc_id == vpc_id]
        if gateways or groups or endpoints:
            raise _in_use(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        self._going = vpc_id
        try:
            return super().delete_vpc(vpc_id)
        finally:
            self._going = None

    def attach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> Any:
        attached = [gateway for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
        if any(gateway.id != internet_gateway_id for gateway in attached):
            text = f"Network {vpc_id} already has an internet gateway attached"
            raise AwsError(400, "InvalidParameterValue", text)
        return super().attach_internet_gateway(internet_gateway_id, vpc_id)

    def detach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> None:
        if any(nic.public_ip and nic.vpc_id == vpc_id for nic in self._live_interfaces()):
            text = f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
            raise _in_use(text + "detaching the gateway.")
        super().detach_internet_gateway(internet_gateway_id, vpc_id)

    def create_vpc_endpoint(self, vpc_id: str, service_name: str, endpoint_type: str | None, *a: Any, **named: Any) -> Any:
        """Once for a client token; one gateway of a service for a route table."""
        token, tables = named.get("client_token"), named.get("route_table_ids") or []
        there = self.describe_vpc_endpoints(None)
        for endpoint in there:
            if token and endpoint.client_token == token:
                return endpoint
        if service_name.rpartition(".")[2] not in ("s3", "dynamodb") and (endpoint_type or "Gateway") == "Gateway":
            raise AwsError(400, "InvalidServiceName", f"The Vpc Endpoint Service '{service_name}' does not exist")
        for endpoint in there:
            for table in set(endpoint.route_table_ids) & set(tables):
                if endpoint.service_name == service_name:
                    text = f"route table {table} already has a route with destination-prefix-list-id of {service_name}"
                    raise AwsError(400, "RouteAlreadyExists", text)
        return super().create_vpc_endpoint(vpc_id, service_name, endpoint_type or "Gateway", *a, **named)

    def describe_vpc_endpoints(self, vpc_end_point_ids: list[str] | None, filters: Any = None) -> list[Any]:
        """Moto shows what was removed for ever."""
        found = super().describe_vpc_endpoints(vpc_end_point_ids, filters)
        return [endpoint for endpoint in found if endpoint.state != "deleted"]

    def remove_default_network(self) -> None:
        """Everything of it, as an owner does who wants no default network."""
        vpc = self.get_default_vpc()
        if vpc is None:
            return
        for subnet in self.describe_subnets(filters={"vpc-id": vpc.id}):
            self.delete_subnet(subnet.id)
        for gateway in list(self.internet_gateways.values()):
            if gateway.vpc is vpc:
                self.detach_internet_gateway(gateway.id, vpc.id)
                self.delete_internet_gateway(gateway.id)
        self.delete_vpc(vpc.id)

    def own_networks(self) -> dict[str, list[str]]:
        """What is there beside the default network, for whoever looks what is left."""
        default = self.get_default_vpc()
        gateways = [gateway for gateway in self.internet_gateways.values() if gateway.vpc is None or gateway.vpc is not default]
        return {
            "networks": [vpc.id for vpc in self.vpcs.values() if not vpc.is_default],
            "subnets": [subnet.id for subnet in self.describe_subnets() if default is None or subnet.vpc_id != default.id],
            "internet_gateways": [gateway.id for gateway in gateways],
            "vpc_endpoints": [endpoint.id for endpoint in self.describe_vpc_endpoints(None)],
        }

    def _live_interfaces(self) -> list[Any]:
        ended = lambda nic: nic.instance is not None and nic.instance.state == "terminated"
        return [nic for nic in list(self.enis.values()) if not ended(nic)]


def _in_use(text: str) -> AwsError:
    return AwsError(400, "DependencyViolation", text)
