# Written by stubs.py: change what it is made of, and run it again.
"""Find EC2 machines: which type, where, at what price."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Sequence, Tuple, Union, overload

from ._account import Launched as Launched
from ._account import Machine as Machine
from ._account import Machines as Machines
from ._account import Meant as Meant
from ._documents import CatalogInfo as CatalogInfo
from ._documents import Comparison as Comparison
from ._documents import CostPart as CostPart
from ._documents import Feed as Feed
from ._documents import InRegion as InRegion
from ._documents import InstanceType as InstanceType
from ._documents import ListFailure as ListFailure
from ._documents import OfferGroup as OfferGroup
from ._documents import OfferGroups as OfferGroups
from ._documents import Plan as Plan
from ._documents import PlannedMachine as PlannedMachine
from ._documents import Price as Price
from ._documents import RefreshReport as RefreshReport
from ._documents import RegionInfo as RegionInfo
from ._documents import Source as Source
from ._errors import BugError as BugError
from ._errors import CapacityError as CapacityError
from ._errors import CloudkitError as CloudkitError
from ._errors import CredentialsError as CredentialsError
from ._errors import InterruptedByUserError as InterruptedByUserError
from ._errors import NoAnswerError as NoAnswerError
from ._errors import PartialError as PartialError
from ._errors import UnavailableError as UnavailableError
from ._errors import UsageError as UsageError
from ._truffle import Truffle as Truffle

#: One text, or several.
Texts = Union[str, Iterable[str]]
#: A number; texts may have units.
Number = Union[int, float, Decimal, str]
_Ends = Tuple[Optional[Number], Optional[Number]]
#: A number, a range, or a list of these.
Range = Union[Number, _Ends, List[Union[Number, _Ends]]]
#: The value of a flag.
Scalar = Union[str, int, float, Decimal, timedelta, datetime]

__version__: str

class Device:
    @property
    def name(self) -> str: ...
    @property
    def manufacturer(self) -> Optional[str]: ...
    @property
    def count(self) -> Union[int, Decimal]: ...
    @property
    def memory_mib(self) -> Optional[int]: ...
    def __hash__(self) -> int: ...

class Offer:
    @property
    def instance_type(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def zones(self) -> Tuple[str, ...]: ...
    @property
    def market(self) -> str: ...
    @property
    def architectures(self) -> Tuple[str, ...]: ...
    @property
    def vcpus(self) -> Optional[int]: ...
    @property
    def memory_mib(self) -> Optional[int]: ...
    @property
    def memory_gib(self) -> Optional[float]: ...
    @property
    def gpus(self) -> Tuple[Device, ...]: ...
    @property
    def accelerators(self) -> Tuple[Device, ...]: ...
    @property
    def os(self) -> str: ...
    @property
    def price_usd_hour(self) -> Optional[Decimal]: ...
    @property
    def on_demand_usd_hour(self) -> Optional[Decimal]: ...
    @property
    def on_demand_is_old(self) -> bool: ...
    @property
    def saving_percent(self) -> Optional[int]: ...
    @property
    def saving_source(self) -> Optional[str]: ...
    @property
    def price_source(self) -> Optional[str]: ...
    @property
    def price_as_of(self) -> Optional[date]: ...
    @property
    def price_is_old(self) -> bool: ...
    @property
    def interruption_percent(self) -> Optional[Tuple[int, int]]: ...
    @property
    def interruption_is_old(self) -> bool: ...
    def to_dict(self) -> Dict[str, Any]: ...
    def __hash__(self) -> int: ...

class Offers:
    @property
    def notes(self) -> Tuple[str, ...]: ...
    @property
    def reading(self) -> Tuple[str, ...]: ...
    @property
    def total(self) -> int: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Offer]: ...
    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Offers: ...
    def __contains__(self, value: object) -> bool: ...
    def count(self, value: object) -> int: ...
    def index(self, value: object) -> int: ...
    def to_dicts(self) -> List[Dict[str, Any]]: ...
    def to_jsonl(self) -> str: ...
    def to_arrow(self) -> Any: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...
    def _repr_html_(self) -> str: ...

@overload
def search(
    pattern: Optional[Texts] = None,
    *,
    regions: Optional[Texts] = None,
    os: str = 'linux',
    sort: Optional[Texts] = None,
    group_by: None = None,
    limit: Optional[int] = None,
    like: Optional[str] = None,
    offline: bool = False,
    vcpus: Optional[Range] = None,
    cores: Optional[Range] = None,
    memory: Optional[Range] = None,
    memory_per_vcpu: Optional[Range] = None,
    clock: Optional[Range] = None,
    gpus: Optional[Range] = None,
    gpu_memory: Optional[Range] = None,
    gpu_memory_total: Optional[Range] = None,
    accelerators: Optional[Range] = None,
    network: Optional[Range] = None,
    network_baseline: Optional[Range] = None,
    network_cards: Optional[Range] = None,
    storage: Optional[Range] = None,
    ebs_bandwidth: Optional[Range] = None,
    ebs_throughput: Optional[Range] = None,
    ebs_iops: Optional[Range] = None,
    price: Optional[Range] = None,
    price_per_vcpu: Optional[Range] = None,
    price_per_gpu: Optional[Range] = None,
    family: Optional[Texts] = None,
    size: Optional[Texts] = None,
    arch: Optional[Texts] = None,
    processor_maker: Optional[Texts] = None,
    processor_generation: Optional[Texts] = None,
    gpu: Optional[Texts] = None,
    gpu_maker: Optional[Texts] = None,
    accelerator: Optional[Texts] = None,
    accelerator_maker: Optional[Texts] = None,
    network_performance: Optional[Texts] = None,
    storage_kind: Optional[Texts] = None,
    usage_class: Optional[Texts] = None,
    zone: Optional[Texts] = None,
    bare_metal: Union[bool, str, None] = None,
    burstable: Union[bool, str, None] = None,
    hibernation: Union[bool, str, None] = None,
    current_generation: Union[bool, str, None] = None,
    free_tier: Union[bool, str, None] = None,
    dedicated_hosts: Union[bool, str, None] = None,
    nested_virtualization: Union[bool, str, None] = None,
    auto_recovery: Union[bool, str, None] = None,
    nitro_enclaves: Union[bool, str, None] = None,
    efa: Union[bool, str, None] = None,
    allow: Optional[Texts] = None,
    deny: Optional[Texts] = None,
    min_zones: Optional[Number] = None,
    max_price: Optional[Number] = None,
    check_quotas: bool = False,
    fits: bool = False,
    fresh: bool = False,
    count: Optional[int] = None,
) -> Offers: ...
@overload
def search(
    pattern: Optional[Texts] = None,
    *,
    group_by: str,
    regions: Optional[Texts] = None,
    os: str = 'linux',
    sort: Optional[Texts] = None,
    limit: Optional[int] = None,
    like: Optional[str] = None,
    offline: bool = False,
    vcpus: Optional[Range] = None,
    cores: Optional[Range] = None,
    memory: Optional[Range] = None,
    memory_per_vcpu: Optional[Range] = None,
    clock: Optional[Range] = None,
    gpus: Optional[Range] = None,
    gpu_memory: Optional[Range] = None,
    gpu_memory_total: Optional[Range] = None,
    accelerators: Optional[Range] = None,
    network: Optional[Range] = None,
    network_baseline: Optional[Range] = None,
    network_cards: Optional[Range] = None,
    storage: Optional[Range] = None,
    ebs_bandwidth: Optional[Range] = None,
    ebs_throughput: Optional[Range] = None,
    ebs_iops: Optional[Range] = None,
    price: Optional[Range] = None,
    price_per_vcpu: Optional[Range] = None,
    price_per_gpu: Optional[Range] = None,
    family: Optional[Texts] = None,
    size: Optional[Texts] = None,
    arch: Optional[Texts] = None,
    processor_maker: Optional[Texts] = None,
    processor_generation: Optional[Texts] = None,
    gpu: Optional[Texts] = None,
    gpu_maker: Optional[Texts] = None,
    accelerator: Optional[Texts] = None,
    accelerator_maker: Optional[Texts] = None,
    network_performance: Optional[Texts] = None,
    storage_kind: Optional[Texts] = None,
    usage_class: Optional[Texts] = None,
    zone: Optional[Texts] = None,
    bare_metal: Union[bool, str, None] = None,
    burstable: Union[bool, str, None] = None,
    hibernation: Union[bool, str, None] = None,
    current_generation: Union[bool, str, None] = None,
    free_tier: Union[bool, str, None] = None,
    dedicated_hosts: Union[bool, str, None] = None,
    nested_virtualization: Union[bool, str, None] = None,
    auto_recovery: Union[bool, str, None] = None,
    nitro_enclaves: Union[bool, str, None] = None,
    efa: Union[bool, str, None] = None,
    allow: Optional[Texts] = None,
    deny: Optional[Texts] = None,
    min_zones: Optional[Number] = None,
    max_price: Optional[Number] = None,
    check_quotas: bool = False,
    fits: bool = False,
    fresh: bool = False,
    count: Optional[int] = None,
) -> OfferGroups: ...

@overload
def spot(
    pattern: Optional[Texts] = None,
    *,
    regions: Optional[Texts] = None,
    os: str = 'linux',
    sort: Optional[Texts] = None,
    group_by: None = None,
    limit: Optional[int] = None,
    like: Optional[str] = None,
    offline: bool = False,
    vcpus: Optional[Range] = None,
    cores: Optional[Range] = None,
    memory: Optional[Range] = None,
    memory_per_vcpu: Optional[Range] = None,
    clock: Optional[Range] = None,
    gpus: Optional[Range] = None,
    gpu_memory: Optional[Range] = None,
    gpu_memory_total: Optional[Range] = None,
    accelerators: Optional[Range] = None,
    network: Optional[Range] = None,
    network_baseline: Optional[Range] = None,
    network_cards: Optional[Range] = None,
    storage: Optional[Range] = None,
    ebs_bandwidth: Optional[Range] = None,
    ebs_throughput: Optional[Range] = None,
    ebs_iops: Optional[Range] = None,
    price: Optional[Range] = None,
    price_per_vcpu: Optional[Range] = None,
    price_per_gpu: Optional[Range] = None,
    family: Optional[Texts] = None,
    size: Optional[Texts] = None,
    arch: Optional[Texts] = None,
    processor_maker: Optional[Texts] = None,
    processor_generation: Optional[Texts] = None,
    gpu: Optional[Texts] = None,
    gpu_maker: Optional[Texts] = None,
    accelerator: Optional[Texts] = None,
    accelerator_maker: Optional[Texts] = None,
    network_performance: Optional[Texts] = None,
    storage_kind: Optional[Texts] = None,
    usage_class: Optional[Texts] = None,
    zone: Optional[Texts] = None,
    bare_metal: Union[bool, str, None] = None,
    burstable: Union[bool, str, None] = None,
    hibernation: Union[bool, str, None] = None,
    current_generation: Union[bool, str, None] = None,
    free_tier: Union[bool, str, None] = None,
    dedicated_hosts: Union[bool, str, None] = None,
    nested_virtualization: Union[bool, str, None] = None,
    auto_recovery: Union[bool, str, None] = None,
    nitro_enclaves: Union[bool, str, None] = None,
    efa: Union[bool, str, None] = None,
    allow: Optional[Texts] = None,
    deny: Optional[Texts] = None,
    min_zones: Optional[Number] = None,
    max_price: Optional[Number] = None,
    min_saving: Optional[Number] = None,
    max_interruption: Optional[Number] = None,
    check_quotas: bool = False,
    fits: bool = False,
    fresh: bool = False,
    count: Optional[int] = None,
    per_zone: bool = False,
    history: Optional[str] = None,
    svg: Optional[str] = None,
    score: bool = False,
) -> Offers: ...
@overload
def spot(
    pattern: Optional[Texts] = None,
    *,
    group_by: str,
    regions: Optional[Texts] = None,
    os: str = 'linux',
    sort: Optional[Texts] = None,
    limit: Optional[int] = None,
    like: Optional[str] = None,
    offline: bool = False,
    vcpus: Optional[Range] = None,
    cores: Optional[Range] = None,
    memory: Optional[Range] = None,
    memory_per_vcpu: Optional[Range] = None,
    clock: Optional[Range] = None,
    gpus: Optional[Range] = None,
    gpu_memory: Optional[Range] = None,
    gpu_memory_total: Optional[Range] = None,
    accelerators: Optional[Range] = None,
    network: Optional[Range] = None,
    network_baseline: Optional[Range] = None,
    network_cards: Optional[Range] = None,
    storage: Optional[Range] = None,
    ebs_bandwidth: Optional[Range] = None,
    ebs_throughput: Optional[Range] = None,
    ebs_iops: Optional[Range] = None,
    price: Optional[Range] = None,
    price_per_vcpu: Optional[Range] = None,
    price_per_gpu: Optional[Range] = None,
    family: Optional[Texts] = None,
    size: Optional[Texts] = None,
    arch: Optional[Texts] = None,
    processor_maker: Optional[Texts] = None,
    processor_generation: Optional[Texts] = None,
    gpu: Optional[Texts] = None,
    gpu_maker: Optional[Texts] = None,
    accelerator: Optional[Texts] = None,
    accelerator_maker: Optional[Texts] = None,
    network_performance: Optional[Texts] = None,
    storage_kind: Optional[Texts] = None,
    usage_class: Optional[Texts] = None,
    zone: Optional[Texts] = None,
    bare_metal: Union[bool, str, None] = None,
    burstable: Union[bool, str, None] = None,
    hibernation: Union[bool, str, None] = None,
    current_generation: Union[bool, str, None] = None,
    free_tier: Union[bool, str, None] = None,
    dedicated_hosts: Union[bool, str, None] = None,
    nested_virtualization: Union[bool, str, None] = None,
    auto_recovery: Union[bool, str, None] = None,
    nitro_enclaves: Union[bool, str, None] = None,
    efa: Union[bool, str, None] = None,
    allow: Optional[Texts] = None,
    deny: Optional[Texts] = None,
    min_zones: Optional[Number] = None,
    max_price: Optional[Number] = None,
    min_saving: Optional[Number] = None,
    max_interruption: Optional[Number] = None,
    check_quotas: bool = False,
    fits: bool = False,
    fresh: bool = False,
    count: Optional[int] = None,
    per_zone: bool = False,
    history: Optional[str] = None,
    svg: Optional[str] = None,
    score: bool = False,
) -> OfferGroups: ...

def capacity(
    instance_types: Optional[Texts] = None,
    *,
    gpu_only: bool = False,
    accelerator_only: bool = False,
    regions: Optional[Texts] = None,
    os: str = 'linux',
    limit: Optional[int] = None,
    offline: bool = False,
    reservations: bool = False,
    available_only: bool = False,
    blocks: bool = False,
    check: bool = False,
    check_quotas: bool = False,
    fits: bool = False,
    fresh: bool = False,
    min_count: Optional[int] = None,
    count: Optional[int] = None,
    duration: Optional[str] = None,
    start_after: Optional[str] = None,
    end_by: Optional[str] = None,
) -> Offers: ...

def compare(*instance_types: str, regions: Optional[Texts] = None) -> Comparison: ...

def types(pattern: Optional[Texts] = None, *, regions: Optional[Texts] = None) -> List[InstanceType]: ...

def regions(pattern: Optional[Texts] = None) -> List[RegionInfo]: ...

def catalog_info() -> CatalogInfo: ...

def refresh(source: Optional[str] = None, *, as_of: Union[str, date, None] = None, accept_shrunken: bool = False) -> RefreshReport: ...

def plan(offers: Union[Offer, Iterable[Offer], Offers], *, ttl: Optional[str] = None, idle_timeout: Optional[str] = None, root_gib: Optional[int] = None) -> Plan: ...

def instances(*, regions: Optional[Texts] = None, all: bool = False, mine: bool = False, state: Optional[Texts] = None, tag: Optional[Texts] = None, launch: Optional[str] = None) -> Machines: ...

def extend(machines: Meant, by: Union[str, timedelta, None] = None, *, until: Union[str, datetime, None] = None, yes: bool = False) -> Machines: ...

def terminate(machines: Meant) -> Machines: ...

def launch(
    plan: Plan,
    *,
    yes: bool = False,
    name: Optional[Scalar] = None,
    tag: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    wait: Optional[Scalar] = None,
    max_price: Optional[Scalar] = None,
    fallback: Optional[Scalar] = None,
    wait_for_capacity: Optional[Scalar] = None,
    count: Optional[Scalar] = None,
    min_count: Optional[Scalar] = None,
    agent_binary: Optional[Scalar] = None,
    agent_folder: Optional[Scalar] = None,
    agent_url: Optional[Scalar] = None,
    keep: bool = False,
    user_data: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    script: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    command: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    env: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    env_file: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    no_agent: bool = False,
    image: Optional[Scalar] = None,
    ami: Optional[Scalar] = None,
    login_user: Optional[Scalar] = None,
    volume: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    vpc: Optional[Scalar] = None,
    subnet: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    security_group: Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None,
    no_public_ip: bool = False,
    ipv6: bool = False,
    ssh_key: Optional[Scalar] = None,
    ssh_agent: bool = False,
    key_pair: Optional[Scalar] = None,
    ssh_from: Optional[Scalar] = None,
    on_idle: Optional[Scalar] = None,
    on_deadline: Optional[Scalar] = None,
    on_complete: Optional[Scalar] = None,
    cost_limit: Optional[Scalar] = None,
    hibernate: bool = False,
    no_metadata_tags: bool = False,
    ssm: bool = False,
    iam_profile: Optional[Scalar] = None,
) -> List[Launched]: ...
