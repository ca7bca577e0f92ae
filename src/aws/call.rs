//! What was called and how long it took, for `-v`.
//!
//! Only names and times: no parameter, address or signature of a call is ever told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Layer, Storable, StoreReplace};

/// A call that has ended.
#[derive(Debug, Clone)]
pub struct Call {
    /// The service, `EC2`.
    pub service: String,
    /// The operation, `RunInstances`.
    pub operation: String,
    /// Where, if it is a region's call.
    pub region: String,
    /// From its beginning to its end, retries included.
    pub took: Duration,
    /// The HTTP status of the last answer; none where none came.
    pub status: Option<u16>,
}

/// Who is told of each call.
#[derive(Clone)]
pub struct CallReporter(Arc<dyn Fn(Call) + Send + Sync>);

impl CallReporter {
    /// Tells `report`.
    pub fn new(report: impl Fn(Call) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    /// Tells nobody.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(|_| {})
    }
}

impl std::fmt::Debug for CallReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallReporter")
    }
}

/// Times the calls of one client.
#[derive(Debug)]
pub(super) struct CallTimer {
    pub(super) region: String,
    pub(super) reporter: CallReporter,
}

#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for CallTimer {
    fn name(&self) -> &'static str {
        "CallTimer"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        configuration: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut layer = Layer::new("CallTimer");
        layer.store_put(Started(Instant::now()));
        configuration.push_layer(layer);
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        configuration: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(metadata), Some(started)) =
            (configuration.load::<Metadata>(), configuration.load::<Started>())
        else {
            return Ok(());
        };
        (self.reporter.0)(Call {
            service: metadata.service().to_owned(),
            operation: metadata.name().to_owned(),
            region: self.region.clone(),
            took: started.0.elapsed(),
            status: context.response().map(|response| response.status().as_u16()),
        });
        Ok(())
    }
}
