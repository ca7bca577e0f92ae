//! Offers as columns: one Arrow batch, whose fields are those of an offer.
//!
//! Money is a decimal of six places, as it is everywhere. What is not known is null.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, ListBuilder, StringBuilder,
    UInt8Builder, UInt32Builder, UInt64Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use cloudkit::model::offer::SavingSource;
use cloudkit::model::{Device, Money, Offer};
use jiff::civil::Date;

use crate::values::date;

/// Digits of an amount, and how many of them are behind the point.
const MONEY: (u8, i8) = (18, 6);

/// The day from which Arrow counts.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let texts = || DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)));
    let money = DataType::Decimal128(MONEY.0, MONEY.1);
    let known = |name: &str, of: DataType| Field::new(name, of, false);
    let maybe = |name: &str, of: DataType| Field::new(name, of, true);
    Arc::new(Schema::new(vec![
        known("instance_type", DataType::Utf8),
        known("region", DataType::Utf8),
        known("zones", texts()),
        known("market", DataType::Utf8),
        known("os", DataType::Utf8),
        known("architectures", texts()),
        maybe("vcpus", DataType::UInt32),
        maybe("memory_mib", DataType::UInt64),
        maybe("gpu", DataType::Utf8),
        known("gpu_count", DataType::Float64),
        maybe("gpu_memory_mib", DataType::UInt64),
        maybe("accelerator", DataType::Utf8),
        known("accelerator_count", DataType::Float64),
        maybe("accelerator_memory_mib", DataType::UInt64),
        maybe("price_usd_hour", money.clone()),
        maybe("on_demand_usd_hour", money),
        known("on_demand_is_old", DataType::Boolean),
        maybe("saving_percent", DataType::UInt64),
        maybe("saving_source", DataType::Utf8),
        maybe("price_source", DataType::Utf8),
        maybe("price_as_of", DataType::Date32),
        known("price_is_old", DataType::Boolean),
        maybe("interruption_min_percent", DataType::UInt8),
        maybe("interruption_max_percent", DataType::UInt8),
        known("interruption_is_old", DataType::Boolean),
    ]))
});

/// The columns.
pub(crate) fn schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}

/// The offers as one batch.
pub(crate) fn batch(offers: &[Offer<'_>]) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns::with_capacity(offers.len())?;
    offers.iter().for_each(|offer| columns.append(offer));
    RecordBatch::try_new(schema(), columns.finish())
}

/// The columns while they grow, row by row: an offer is large, and is looked at once.
struct Columns {
    instance_type: StringBuilder,
    region: StringBuilder,
    zones: ListBuilder<StringBuilder>,
    market: StringBuilder,
    os: StringBuilder,
    architectures: ListBuilder<StringBuilder>,
    vcpus: UInt32Builder,
    memory: UInt64Builder,
    gpus: DeviceColumns,
    accelerators: DeviceColumns,
    price: Decimal128Builder,
    on_demand: Decimal128Builder,
    on_demand_is_old: BooleanBuilder,
    saving: UInt64Builder,
    saving_source: StringBuilder,
    price_source: StringBuilder,
    price_as_of: Date32Builder,
    price_is_old: BooleanBuilder,
    interruption_min: UInt8Builder,
    interruption_max: UInt8Builder,
    interruption_is_old: BooleanBuilder,
}

impl Columns {
    fn with_capacity(rows: usize) -> Result<Self, ArrowError> {
        let text = |bytes: usize| StringBuilder::with_capacity(rows, rows * bytes);
        let money = || Decimal128Builder::with_capacity(rows).with_precision_and_scale(MONEY.0, MONEY.1);
        Ok(Self {
            instance_type: text(12),
            region: text(12),
            zones: ListBuilder::with_capacity(StringBuilder::with_capacity(rows * 3, rows * 28), rows),
            market: text(9),
            os: text(6),
            architectures: ListBuilder::with_capacity(text(6), rows),
            vcpus: UInt32Builder::with_capacity(rows),
            memory: UInt64Builder::with_capacity(rows),
            gpus: DeviceColumns::with_capacity(rows),
            accelerators: DeviceColumns::with_capacity(rows),
            price: money()?,
            on_demand: money()?,
            on_demand_is_old: BooleanBuilder::with_capacity(rows),
            saving: UInt64Builder::with_capacity(rows),
            saving_source: text(1),
            price_source: text(8),
            price_as_of: Date32Builder::with_capacity(rows),
            price_is_old: BooleanBuilder::with_capacity(rows),
            interruption_min: UInt8Builder::with_capacity(rows),
            interruption_max: UInt8Builder::with_capacity(rows),
            interruption_is_old: BooleanBuilder::with_capacity(rows),
        })
    }

    fn append(&mut self, offer: &Offer<'_>) {
        let micros = |amount: Option<Money>| amount.map(|amount| i128::from(amount.micros()));
        self.instance_type.append_value(&offer.instance_type);
        self.region.append_value(&offer.region);
        offer.zones.iter().for_each(|zone| self.zones.values().append_value(zone));
        self.zones.append(true);
        self.market.append_value(offer.market.as_str());
        self.os.append_value(offer.os.as_str());
        offer.architectures.iter().for_each(|one| self.architectures.values().append_value(one.as_str()));
        self.architectures.append(true);
        self.vcpus.append_option(offer.vcpus);
        self.memory.append_option(offer.memory_mib.map(|memory| memory.0));
        self.gpus.append(&offer.gpus);
        self.accelerators.append(&offer.accelerators);
        self.price.append_option(micros(offer.price_usd_hour));
        self.on_demand.append_option(micros(offer.on_demand_usd_hour));
        self.on_demand_is_old.append_value(offer.on_demand_is_old);
        self.saving.append_option(offer.saving_percent);
        self.saving_source.append_option(offer.saving_source.map(|source| match source {
            SavingSource::Computed => "computed",
            SavingSource::Advisor => "advisor",
        }));
        self.price_source.append_option(offer.price_source.as_deref());
        self.price_as_of.append_option(offer.price_as_of.as_deref().and_then(date).and_then(days));
        self.price_is_old.append_value(offer.price_is_old);
        self.interruption_min.append_option(offer.interruption.map(|band| band.min_percent));
        self.interruption_max.append_option(offer.interruption.map(|band| band.max_percent));
        self.interruption_is_old.append_value(offer.interruption_is_old);
    }

    /// The columns in the order of the schema.
    fn finish(mut self) -> Vec<ArrayRef> {
        let [gpu, gpu_count, gpu_memory] = self.gpus.finish();
        let [accelerator, accelerator_count, accelerator_memory] = self.accelerators.finish();
        vec![
            Arc::new(self.instance_type.finish()),
            Arc::new(self.region.finish()),
            Arc::new(self.zones.finish()),
            Arc::new(self.market.finish()),
            Arc::new(self.os.finish()),
            Arc::new(self.architectures.finish()),
            Arc::new(self.vcpus.finish()),
            Arc::new(self.memory.finish()),
            gpu,
            gpu_count,
            gpu_memory,
            accelerator,
            accelerator_count,
            accelerator_memory,
            Arc::new(self.price.finish()),
            Arc::new(self.on_demand.finish()),
            Arc::new(self.on_demand_is_old.finish()),
            Arc::new(self.saving.finish()),
            Arc::new(self.saving_source.finish()),
            Arc::new(self.price_source.finish()),
            Arc::new(self.price_as_of.finish()),
            Arc::new(self.price_is_old.finish()),
            Arc::new(self.interruption_min.finish()),
            Arc::new(self.interruption_max.finish()),
            Arc::new(self.interruption_is_old.finish()),
        ]
    }
}

/// The days since Arrow's first.
fn days(date: Date) -> Option<i32> {
    EPOCH.until(date).ok().map(|span| span.get_days())
}

/// What devices are, joined where there are several kinds; how many in all; and the memory of one where all have the same.
struct DeviceColumns {
    names: StringBuilder,
    counts: Float64Builder,
    memories: UInt64Builder,
}

impl DeviceColumns {
    fn with_capacity(rows: usize) -> Self {
        Self {
            names: StringBuilder::with_capacity(rows, rows),
            counts: Float64Builder::with_capacity(rows),
            memories: UInt64Builder::with_capacity(rows),
        }
    }

    fn append(&mut self, devices: &[Device<'_>]) {
        match devices {
            [] => self.names.append_null(),
            [one] => self.names.append_value(&one.name),
            several => {
                let all: Vec<&str> = several.iter().map(|one| &*one.name).collect();
                self.names.append_value(all.join(" + "));
            }
        }
        let thousandths: u32 = devices.iter().map(|one| one.count.thousandths()).sum();
        self.counts.append_value(f64::from(thousandths) / 1000.0);
        let first = devices.first().and_then(|one| one.memory_mib);
        let is_same = devices.iter().all(|one| one.memory_mib == first);
        self.memories.append_option(first.filter(|_| is_same).map(|memory| memory.0));
    }

    fn finish(mut self) -> [ArrayRef; 3] {
        [Arc::new(self.names.finish()), Arc::new(self.counts.finish()), Arc::new(self.memories.finish())]
    }
}
