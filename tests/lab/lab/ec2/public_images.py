"""The images that their publishers keep current, and the public parameters that name them, in every region.

It deliberately gives them ids of its own, and has of each publisher only what this file lists; Amazon Linux is Moto's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

_CANONICAL, _DEBIAN, _DEEP_LEARNING = "099720109477", "136693071363", "898082745236"
_AMAZON_LINUX_ROOT, _UBUNTU_ROOT = "/dev/xvda", "/dev/sda1"


@dataclass(frozen=True)
class PublicImage:
    parameter: str
    name: str
    architecture: str
    owner: str
    root_device: str
    root_gib: int
    root_type: str = "gp3"

    def id_in(self, region: str) -> str:
        return "ami-0" + hashlib.sha256(f"{region} {self.name}".encode()).hexdigest()[:16]

    def members(self) -> dict[str, Any]:
        """What Moto, and the lab's own image, make an image of."""
        return {
            "name": self.name,
            "description": self.name,
            "architecture": self.architecture,
            "owner_id": self.owner,
            "owner_alias": "amazon",
            "public": True,
            "hypervisor": "xen",
            "virtualization_type": "hvm",
            "root_device_type": "ebs",
            "root_device_name": self.root_device,
            "root_gib": self.root_gib,
            "root_type": self.root_type,
        }


def _ubuntu(release: str, code_name: str, root_type: str, architecture: str) -> PublicImage:
    arch = "amd64" if architecture == "x86_64" else architecture
    storage = "hvm-ssd-gp3" if root_type == "gp3" else "hvm-ssd"
    return PublicImage(
        f"/aws/service/canonical/ubuntu/server/{release}/stable/current/{arch}/hvm/ebs-{root_type}/ami-id",
        f"ubuntu/images/{storage}/ubuntu-{code_name}-{release}-{arch}-server-20261006",
        architecture,
        _CANONICAL,
        _UBUNTU_ROOT,
        8,
        root_type,
    )


def _debian(release: str, architecture: str) -> PublicImage:
    arch = "amd64" if architecture == "x86_64" else architecture
    name = f"debian-{release}-{arch}-20261006-2300"
    parameter = f"/aws/service/debian/release/{release}/latest/{arch}"
    return PublicImage(parameter, name, architecture, _DEBIAN, "/dev/xvda", 8)


def _deep_learning(system: str, slug: str, root_device: str, architecture: str) -> PublicImage:
    arm = "ARM64 " if architecture == "arm64" else ""
    return PublicImage(
        f"/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-{slug}/latest/ami-id",
        f"Deep Learning {arm}Base OSS Nvidia Driver GPU AMI ({system}) 20261006",
        architecture,
        _DEEP_LEARNING,
        root_device,
        75,
    )


def _neuron(flavour: str, what: str, system: str, slug: str, root_device: str) -> PublicImage:
    return PublicImage(
        f"/aws/service/neuron/dlami/{flavour}/{slug}/latest/image_id",
        f"Deep Learning {what} ({system}) 20261006",
        "x86_64",
        _DEEP_LEARNING,
        root_device,
        100,
    )


_BASES = (
    ("Amazon Linux 2023", "amazon-linux-2023", _AMAZON_LINUX_ROOT),
    ("Ubuntu 24.04", "ubuntu-24.04", _UBUNTU_ROOT),
    ("Ubuntu 22.04", "ubuntu-22.04", _UBUNTU_ROOT),
)

PUBLIC_IMAGES = [
    image
    for architecture in ("x86_64", "arm64")
    for image in (
        _ubuntu("24.04", "noble", "gp3", architecture),
        _ubuntu("22.04", "jammy", "gp2", architecture),
        _debian("12", architecture),
        *(_deep_learning(*base, architecture) for base in _BASES),
    )
] + [
    *(_neuron("base", "Base Neuron AMI", *base) for base in _BASES),
    *(_neuron("multi-framework", "AMI Neuron", *base) for base in _BASES[1:]),
]

_PREFIXES = tuple({"/".join(image.parameter.split("/")[:4]) for image in PUBLIC_IMAGES})


def lab_parameters() -> type:
    """Moto's parameters of a region with those of the public images, which are there before anybody asks."""
    from moto.ssm.models import Parameter, ParameterDict

    class LabParameters(ParameterDict):
        _has_public_images = False

        def _check_loading_status(self, key: str) -> None:
            super()._check_loading_status(key)
            if not self._has_public_images and str(key or "").startswith(_PREFIXES):
                self._has_public_images = True
                for image in PUBLIC_IMAGES:
                    self[image.parameter].append(self._parameter(image))

        def _parameter(self, image: PublicImage) -> Any:
            return Parameter(
                account_id=self.account_id,
                name=image.parameter,
                value=image.id_in(self.region_name),
                parameter_type="String",
                description=None,
                allowed_pattern=None,
                keyid=None,
                last_modified_date=1791244800.0,
                version=1,
                data_type="aws:ec2:image",
            )

    return LabParameters
