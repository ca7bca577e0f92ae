"""The class of truffle's documentation, for those who have read it. It answers as cloudkit does."""

from __future__ import annotations

from typing import Any, Iterable, List, Optional, Union


class Truffle:
    """Truffle's documented methods. Regions are all of them where none is named, as its documentation says.

    >>> from cloudkit import Truffle
    >>> Truffle().search("m7i.large", regions=["us-east-1"])[0].memory_gib
    8.0
    """

    def search(
        self,
        pattern: Union[str, Iterable[str], None] = None,
        regions: Union[str, Iterable[str], None] = None,
        architecture: Optional[str] = None,
        min_vcpus: Optional[int] = None,
        min_memory: Optional[float] = None,
        **others: Any,
    ) -> Any:
        """Offers on demand; ``min_memory`` is GiB. What ``cloudkit.search`` takes besides is taken here too."""
        import cloudkit

        if min_vcpus is not None:
            others.setdefault("vcpus", (min_vcpus, None))
        if min_memory is not None:
            others.setdefault("memory", (min_memory, None))
        return cloudkit.search(pattern, regions=regions or "all", arch=architecture, **others)

    def az(
        self,
        pattern: Union[str, Iterable[str], None] = None,
        regions: Union[str, Iterable[str], None] = None,
        min_az_count: Optional[int] = None,
        azs: Union[str, Iterable[str], None] = None,
        **others: Any,
    ) -> Any:
        """Offers with their zones, which go by their ids (``use1-az1``): names differ from account to account."""
        return self.search(pattern, regions, min_zones=min_az_count, zone=azs, **others)

    def spot(
        self,
        pattern: Union[str, Iterable[str], None] = None,
        regions: Union[str, Iterable[str], None] = None,
        max_price: Optional[float] = None,
        show_savings: bool = False,
        sort_by_price: bool = False,
        **others: Any,
    ) -> Any:
        """Spot offers, by price, with what they save, whether ``show_savings`` and ``sort_by_price`` ask for it or not."""
        import cloudkit

        return cloudkit.spot(pattern, regions=regions or "all", max_price=max_price, **others)

    def capacity(
        self,
        instance_types: Union[str, Iterable[str], None] = None,
        regions: Union[str, Iterable[str], None] = None,
        gpu_only: bool = False,
        available_only: bool = False,
        min_capacity: Optional[int] = None,
        **others: Any,
    ) -> Any:
        """Where accelerated machines are sold; what the account holds raises ``CredentialsError``."""
        import cloudkit

        return cloudkit.capacity(
            instance_types,
            regions=regions or "all",
            gpu_only=gpu_only,
            available_only=available_only,
            min_count=min_capacity,
            **others,
        )

    def list_regions(self) -> List[str]:
        """The codes of all regions."""
        import cloudkit

        return [one.region for one in cloudkit.regions()]
