//! The words and the flags that say which machines are meant: the same for every command that asks the catalog.
//!
//! What they mean is [`Inquiry`]'s; which regions are asked and how many rows are shown is [`super::rows`]'s.

use clap::Args;

use crate::catalog::Feature;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::discovery::{Figure, Filter, Inquiry, Label, NotAFilter, SortKey, Term, Understood};

/// Said once, in the help of each command that has these flags.
pub(super) const GRAMMAR: &str = "\
Words: GPUs (h100, a100-80gb, '8 gpus'), accelerators (inferentia2), processors (intel, graviton4, 'ice lake'), families
(m7i), sizes (48xlarge, metal), architectures (arm64), figures ('16+ cores', '4..8 vcpus', 64gib, 100gbps), efa, nvme,
'bare metal', cheapest. All of them have to hold. A size is the machine's memory, but that of a GPU in 'a100 80gb' and '80gb
gpu', and that of local disks in 'nvme 1tb'. The words spot, on-demand and capacity-block say of which market the offers are. Names, globs and /regular expressions/ name types; any of them may fit.
Ranges are written 8, 8.., 8+, ..8 or 4..16, both ends included, or as a list of such (4,8,32+); units are gib, mib and tib for memory, gb and tb for
storage, gbps and mbps for network, ghz and mhz for clock. A yes-or-no flag takes =yes, which may be left out, or =no.
A type of which it is not known whether it passes is left out, and counted on stderr.";

/// Which machines are meant; what is not asked is not filtered by.
#[derive(Debug, Args)]
pub(super) struct FilterArguments {
    /// Words and names of types, such as 'h100 efa', '8 gpus', m7i.large, 'g6*' or '/c[67]i\./'
    #[arg(add = completions::instance_types())]
    words: Vec<String>,
    /// Say on stderr how the question was read
    #[arg(long)]
    explain: bool,

    /// Virtual processors
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Vcpus), allow_negative_numbers = true,
        help_heading = MACHINE)]
    vcpus: Option<Filter>,
    /// Processor cores
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Cores), allow_negative_numbers = true,
        help_heading = MACHINE)]
    cores: Option<Filter>,
    /// Memory, in GiB unless a unit is given
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Memory), allow_negative_numbers = true,
        help_heading = MACHINE)]
    memory: Option<Filter>,
    /// Memory for each virtual processor
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::MemoryPerVcpu), allow_negative_numbers = true,
        help_heading = MACHINE)]
    memory_per_vcpu: Option<Filter>,
    /// Clock that the processor sustains, in GHz
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Clock), allow_negative_numbers = true,
        help_heading = MACHINE)]
    clock: Option<Filter>,
    /// Architecture: x86_64, arm64, i386; a comma list means any of them, here and below
    #[arg(long, value_name = "ARCH", value_parser = label(Label::Architecture), add = completions::labels(Label::Architecture),
        help_heading = MACHINE)]
    arch: Option<Filter>,
    /// Maker of the processor: intel, amd, aws, apple
    #[arg(long, value_name = "NAME", value_parser = label(Label::ProcessorMaker), add = completions::labels(Label::ProcessorMaker),
        help_heading = MACHINE)]
    processor_maker: Option<Filter>,
    /// Generation of the processor, such as 'ice lake', genoa or graviton4
    #[arg(long, value_name = "NAME", value_parser = label(Label::ProcessorGeneration), add = completions::labels(Label::ProcessorGeneration),
        help_heading = MACHINE)]
    processor_generation: Option<Filter>,
    /// Family, such as m7i
    #[arg(long, value_name = "NAME", value_parser = label(Label::Family), add = completions::labels(Label::Family),
        help_heading = MACHINE)]
    family: Option<Filter>,
    /// Size, such as 48xlarge
    #[arg(long, value_name = "NAME", value_parser = label(Label::Size), add = completions::labels(Label::Size),
        help_heading = MACHINE)]
    size: Option<Filter>,
    /// Only types that fit one of these patterns
    #[arg(long, value_name = "PATTERNS", value_parser = Filter::allow, help_heading = MACHINE)]
    allow: Option<Filter>,
    /// No types that fit one of these patterns
    #[arg(long, value_name = "PATTERNS", value_parser = Filter::deny, help_heading = MACHINE)]
    deny: Option<Filter>,
    /// Types of the same size, architecture and accelerators as this one
    #[arg(long, value_name = "TYPE", add = completions::instance_types(), help_heading = MACHINE)]
    like: Option<String>,

    /// Name of the GPU, such as l4 or h100
    #[arg(long, value_name = "NAME", value_parser = label(Label::Gpu), add = completions::labels(Label::Gpu),
        help_heading = ACCELERATORS)]
    gpu: Option<Filter>,
    /// Number of GPUs; parts of one count as fractions
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Gpus), allow_negative_numbers = true,
        help_heading = ACCELERATORS)]
    gpus: Option<Filter>,
    /// Memory of one GPU; a single figure is the one that it is sold by (24 finds the L4, which has 22.4 GiB)
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::GpuMemory), allow_negative_numbers = true,
        help_heading = ACCELERATORS)]
    gpu_memory: Option<Filter>,
    /// Memory of all GPUs together
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::GpuMemoryTotal), allow_negative_numbers = true,
        help_heading = ACCELERATORS)]
    gpu_memory_total: Option<Filter>,
    /// Maker of the GPU, such as nvidia
    #[arg(long, value_name = "NAME", value_parser = label(Label::GpuMaker), add = completions::labels(Label::GpuMaker),
        help_heading = ACCELERATORS)]
    gpu_maker: Option<Filter>,
    /// Name of another accelerator, such as inferentia2 or trainium
    #[arg(long, value_name = "NAME", value_parser = label(Label::Accelerator), add = completions::labels(Label::Accelerator),
        help_heading = ACCELERATORS)]
    accelerator: Option<Filter>,
    /// Number of other accelerators
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Accelerators), allow_negative_numbers = true,
        help_heading = ACCELERATORS)]
    accelerators: Option<Filter>,
    /// Maker of another accelerator, such as aws or xilinx
    #[arg(long, value_name = "NAME", value_parser = label(Label::AcceleratorMaker), add = completions::labels(Label::AcceleratorMaker),
        help_heading = ACCELERATORS)]
    accelerator_maker: Option<Filter>,

    /// Network bandwidth at its peak, in Gbps
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Network), allow_negative_numbers = true,
        help_heading = NETWORK)]
    network: Option<Filter>,
    /// Network bandwidth for good, in Gbps
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::NetworkBaseline), allow_negative_numbers = true,
        help_heading = NETWORK)]
    network_baseline: Option<Filter>,
    /// Network as EC2 words it, such as 'Up to 12.5 Gigabit' or moderate
    #[arg(long, value_name = "NAME", value_parser = label(Label::NetworkPerformance), add = completions::labels(Label::NetworkPerformance),
        help_heading = NETWORK)]
    network_performance: Option<Filter>,
    /// Network cards
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::NetworkCards), allow_negative_numbers = true,
        help_heading = NETWORK)]
    network_cards: Option<Filter>,
    /// Elastic fabric adapter
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::Efa), help_heading = NETWORK)]
    efa: Option<Filter>,

    /// Local disks in all, in GB
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Storage), allow_negative_numbers = true,
        help_heading = STORAGE)]
    storage: Option<Filter>,
    /// Kind of local disk: ssd, hdd or nvme
    #[arg(long, value_name = "KIND", value_parser = label(Label::StorageKind), add = completions::labels(Label::StorageKind),
        help_heading = STORAGE)]
    storage_kind: Option<Filter>,
    /// What EBS gives at its peak, in Gbps
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::EbsBandwidth), allow_negative_numbers = true,
        help_heading = STORAGE)]
    ebs_bandwidth: Option<Filter>,
    /// The same in MB/s
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::EbsThroughput), allow_negative_numbers = true,
        help_heading = STORAGE)]
    ebs_throughput: Option<Filter>,
    /// Operations of EBS a second at its peak
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::EbsIops), allow_negative_numbers = true,
        help_heading = STORAGE)]
    ebs_iops: Option<Filter>,

    /// No hypervisor
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::BareMetal), help_heading = ABILITIES)]
    bare_metal: Option<Filter>,
    /// Earns processor credits and spends them
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::Burstable), help_heading = ABILITIES)]
    burstable: Option<Filter>,
    /// Can be stopped with its memory kept
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::Hibernation), help_heading = ABILITIES)]
    hibernation: Option<Filter>,
    /// Not of a previous generation
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::CurrentGeneration), help_heading = ABILITIES)]
    current_generation: Option<Filter>,
    /// Counts for the free tier
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::FreeTier), help_heading = ABILITIES)]
    free_tier: Option<Filter>,
    /// Runs on dedicated hosts
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::DedicatedHosts), help_heading = ABILITIES)]
    dedicated_hosts: Option<Filter>,
    /// Runs virtual machines without being bare metal
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::NestedVirtualization), help_heading = ABILITIES,
        alias = "nested-virtualisation")]
    nested_virtualization: Option<Filter>,
    /// Moved to working hardware when its own fails
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::AutoRecovery), help_heading = ABILITIES)]
    auto_recovery: Option<Filter>,
    /// Can part off isolated enclaves
    #[arg(long, value_name = YES_OR_NO, num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = feature(Feature::NitroEnclaves), help_heading = ABILITIES)]
    nitro_enclaves: Option<Filter>,
    /// Only types that can be sold so: on-demand, spot, capacity-block; the offers and their prices stay those of the
    /// market asked about, which the words spot and capacity-block name
    #[arg(long, value_name = "CLASS", value_parser = label(Label::UsageClass), add = completions::labels(Label::UsageClass),
        help_heading = ABILITIES)]
    usage_class: Option<Filter>,

    /// Id of a zone that has it, such as use1-az1
    #[arg(long, value_name = "ZONE", value_parser = label(Label::Zone), add = completions::labels(Label::Zone),
        help_heading = PLACE_AND_PRICE)]
    zone: Option<Filter>,
    /// Least number of zones of the region that have it
    #[arg(long, value_name = "N", value_parser = least(Figure::Zones), allow_negative_numbers = true,
        help_heading = PLACE_AND_PRICE)]
    min_zones: Option<Filter>,
    /// Price of an hour, in US dollars
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::Price), allow_negative_numbers = true,
        help_heading = PLACE_AND_PRICE)]
    price: Option<Filter>,
    /// Most that an hour may cost, in US dollars
    #[arg(long, value_name = "USD", value_parser = most(Figure::Price), allow_negative_numbers = true,
        help_heading = PLACE_AND_PRICE)]
    max_price: Option<Filter>,
    /// Price of an hour for each virtual processor
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::PricePerVcpu), allow_negative_numbers = true,
        help_heading = PLACE_AND_PRICE)]
    price_per_vcpu: Option<Filter>,
    /// Price of an hour for each GPU
    #[arg(long, value_name = "RANGE", value_parser = figure(Figure::PricePerGpu), allow_negative_numbers = true,
        help_heading = PLACE_AND_PRICE)]
    price_per_gpu: Option<Filter>,
}

const MACHINE: &str = "Machine";
const ACCELERATORS: &str = "GPUs and other accelerators";
const NETWORK: &str = "Network";
const STORAGE: &str = "Storage";
const ABILITIES: &str = "What it can do";
const PLACE_AND_PRICE: &str = "Place and price";
const YES_OR_NO: &str = "YES|NO";

impl FilterArguments {
    /// Puts what was typed into an inquiry. What comes back says how to explain it.
    pub(super) fn ask(self, inquiry: &mut Inquiry) -> Explain {
        let explain = if self.explain { Explain::Wanted } else { Explain::Unwanted };
        inquiry.words.clone_from(&self.words);
        inquiry.like.clone_from(&self.like);
        inquiry.filters.extend(self.of_flags());
        explain
    }

    /// The filters of the flags.
    fn of_flags(self) -> impl Iterator<Item = Filter> {
        let machine = [
            self.vcpus,
            self.cores,
            self.memory,
            self.memory_per_vcpu,
            self.clock,
            self.arch,
            self.processor_maker,
            self.processor_generation,
            self.family,
            self.size,
            self.allow,
            self.deny,
        ];
        let accelerators = [
            self.gpu,
            self.gpus,
            self.gpu_memory,
            self.gpu_memory_total,
            self.gpu_maker,
            self.accelerator,
            self.accelerators,
            self.accelerator_maker,
        ];
        let network_and_storage = [
            self.network,
            self.network_baseline,
            self.network_performance,
            self.network_cards,
            self.efa,
            self.storage,
            self.storage_kind,
            self.ebs_bandwidth,
            self.ebs_throughput,
            self.ebs_iops,
        ];
        let abilities = [
            self.bare_metal,
            self.burstable,
            self.hibernation,
            self.current_generation,
            self.free_tier,
            self.dedicated_hosts,
            self.nested_virtualization,
            self.auto_recovery,
            self.nitro_enclaves,
            self.usage_class,
        ];
        let place_and_price =
            [self.zone, self.min_zones, self.price, self.max_price, self.price_per_vcpu, self.price_per_gpu];
        (machine.into_iter().chain(accelerators).chain(network_and_storage))
            .chain(abilities)
            .chain(place_and_price)
            .flatten()
    }
}

/// Whether it is to be said how a question was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Explain {
    Wanted,
    Unwanted,
}

impl Explain {
    /// Says it on stderr, where that is wanted.
    pub(super) fn tell(self, context: &Context<'_>, understood: &Understood) {
        if self == Self::Unwanted {
            return;
        }
        let Understood { question, terms, .. } = understood;
        for Term { words, meaning } in terms {
            context.streams.status(format_args!("{words:?} means {meaning}"));
        }
        if !question.filters.is_empty() {
            context.streams.status(format_args!("all of this has to hold: {}", joined(&question.filters)));
        }
        let mut keys: Vec<String> = question.sort.iter().map(SortKey::to_string).collect();
        for usual in ["price", "type", "region"] {
            if !keys.iter().any(|key| key == usual) {
                keys.push(usual.to_owned());
            }
        }
        context.streams.status(format_args!("sorted by {}", keys.join(", then ")));
    }
}

/// Says on stderr what types have to have in common with one that they are to be like.
pub(super) fn tell_like(context: &Context<'_>, name: Option<&str>, understood: &Understood) {
    if let Some(name) = name {
        context.streams.status(format_args!("like {name}: {}", joined(&understood.like)));
    }
}

fn joined(filters: &[Filter]) -> String {
    filters.iter().map(Filter::to_string).collect::<Vec<_>>().join("; ")
}

fn figure(figure: Figure) -> impl Fn(&str) -> Result<Filter, NotAFilter> + Clone {
    move |text| Filter::figure(figure, text)
}

pub(super) fn least(figure: Figure) -> impl Fn(&str) -> Result<Filter, NotAFilter> + Clone {
    move |text| Filter::least(figure, text)
}

pub(super) fn most(figure: Figure) -> impl Fn(&str) -> Result<Filter, NotAFilter> + Clone {
    move |text| Filter::most(figure, text)
}

fn label(label: Label) -> impl Fn(&str) -> Result<Filter, NotAFilter> + Clone {
    move |text| Filter::label(label, text)
}

fn feature(feature: Feature) -> impl Fn(&str) -> Result<Filter, NotAFilter> + Clone {
    move |text| Filter::feature(feature, text)
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;
    use crate::discovery::Criterion;

    /// A value that each criterion can be compared with.
    fn sample(criterion: Criterion) -> &'static str {
        match criterion {
            Criterion::Label(Label::Architecture) => "arm64",
            Criterion::Label(Label::UsageClass) => "spot",
            Criterion::Label(Label::StorageKind) => "nvme",
            Criterion::Feature(_) => "no",
            Criterion::Allow | Criterion::Deny => "m7i.*",
            _ => "4",
        }
    }

    #[test]
    fn the_flags_are_the_criteria_by_name_and_meaning() {
        let of_filters = Criterion::all().filter(|one| !one.is_of_spot_alone());
        let mut keys: Vec<String> = Vec::new();
        for criterion in of_filters {
            let (key, text) = (criterion.key(), sample(criterion));
            let command = FilterArguments::augment_args(Command::new("find"));
            let matches = command.try_get_matches_from(["find", &format!("--{key}={text}")]).unwrap();
            let filters = FilterArguments::from_arg_matches(&matches).unwrap().of_flags();
            assert_eq!(filters.collect::<Vec<_>>(), [criterion.filter(text).unwrap()], "--{key}");
            keys.push(key.into_owned());
        }
        let command = FilterArguments::augment_args(Command::new("find"));
        let of_words = ["explain", "like"];
        let flags = command.get_arguments().filter_map(|argument| argument.get_long());
        let others: Vec<&str> = flags.filter(|flag| !keys.iter().any(|key| key == flag)).collect();
        assert_eq!(others, of_words, "every other flag is a criterion");
    }
}
