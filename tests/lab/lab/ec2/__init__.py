"""EC2 where Moto is thin: machines that take time, launches that are checked, tokens that are remembered.

It deliberately leaves Moto's own models in place and extends them by subclassing; `extend_moto` is the one place
where they are put to use.
"""

from __future__ import annotations

import random


def extend_moto() -> None:
    """Make Moto build machines, images and answers from the classes of this package. Call before the first request."""
    from moto.ec2 import utils
    from moto.ec2.models import amis, ec2_backends, elastic_ip_addresses, elastic_network_interfaces, instances
    from moto.iam import models as iam_models
    from moto.ssm import models as ssm_models

    from .. import LOOPBACK
    from .backend import LabEc2Backend
    from .image import LabAmi
    from .machine import Machine
    from .public_images import lab_parameters

    ec2_backends.backend = LabEc2Backend
    instances.Instance = Machine
    amis.Ami = LabAmi
    ssm_models.ParameterDict = lab_parameters()
    # Moto calls the role AWSServiceRoleForspot.
    iam_models.SERVICE_NAME_CONVERSION["spot"] = "EC2Spot"
    # Nothing outside this computer may be contacted, whoever connects to an address that EC2 gave out.
    elastic_network_interfaces.random_public_ip = lambda: LOOPBACK
    elastic_ip_addresses.random_ip = _elastic_address
    utils.filter_dict_attribute_mapping.update(
        {
            "availability-zone-id": "placement.availability_zone_id",
            "client-token": "client_token",
            "instance-lifecycle": "lifecycle",
        }
    )


def _elastic_address() -> str:
    """One of its own for each, as Moto finds them by it."""
    return f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"
