//! Credentials, endpoints and clients: the SDK's own chain, opened once for a command.
//!
//! No credential is stored. The region is always named by the caller, never looked up in a metadata service.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, ConnectorBuilder, proxy::ProxyConfig, tls};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

use super::call::{CallReporter, CallTimer};
use super::ec2::Ec2;
use super::error::{AwsError, ErrorKind};
use super::iam::Iam;
use super::instance_connect::InstanceConnect;
use super::s3::{AnyObject, Bucket, object};
use super::service_quotas::ServiceQuotas;
use super::ssm::Parameters;
use super::ssm_parameters::SecretParameters;
use super::ssm_session::Sessions;
use super::sts::Sts;
use super::types::Identity;
use crate::model::{RegionName, Span};

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
const ATTEMPT_LIMIT: Duration = Duration::from_secs(30);
/// What the SDK does by itself with throttling and failures of the network: AWS throttles in rows, which three attempts
/// do not outlast.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long AWS may take to answer one question, all the SDK's retries included, where nobody says otherwise.
///
/// A limit of one attempt alone would not do: the SDK tries again after it, so that one region without an answer would
/// cost as many limits as there are attempts. Ordinary answers take less than a second, and a person who waits for a
/// dozen regions would rather have eleven of them now. It is of one call: lists of many pages may take as long as they do.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How often a question is asked that AWS throttles: EC2 refills its buckets every second, so that pauses of up to a
/// second are long enough, and all of them together end before [`ANSWER_LIMIT`]. AWS advises against the adaptive mode
/// for what asks several regions: there the throttling of one delays the calls to all.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>,
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const ASKING_ATTEMPTS: u32 = 10;
const ASKING_LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How to reach AWS.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The profile of the AWS configuration files, where one was named.
    pub profile: Option<String>,
    /// Certificates to trust instead of the system's, in PEM (`AWS_CA_BUNDLE`).
    pub certificates: Option<Vec<u8>>,
    /// Who is told of each call.
    pub reporter: CallReporter,
    /// How long AWS may take to answer one question; see [`Session::asking`].
    pub answer_limit: Duration,
    /// When the time for all questions is over.
    pub deadline: Option<Deadline>,
}

/// An end of the time for questions.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The moment.
    pub at: Instant,
    /// How long the time was.
    pub given: Span,
}

/// An open door to AWS.
#[derive(Debug, Clone)]
pub struct Session {
    configuration: SdkConfig,
    reporter: CallReporter,
    credentials_end: Option<jiff::Timestamp>,
    answer_limit: Duration,
    deadline: Option<Deadline>,
    caller: Arc<OnceCell<Identity>>,
}

impl Session {
    /// Finds credentials by the SDK's chain and makes ready to call.
    ///
    /// # Errors
    /// Where there are no credentials, or they have ended.
    pub async fn open(options: SessionOptions) -> Result<Self, AwsError> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(retries(ATTEMPTS, LONGEST_PAUSE))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_LIMIT)
                    .operation_attempt_timeout(ATTEMPT_LIMIT)
                    .build(),
            );
        if let Some(profile) = options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(certificates) = options.certificates {
            loader = loader.http_client(http_client_that_trusts(certificates)?);
        }
        // A region for the credential providers that call regional services; each client names its own.
        let configuration = loader.region(aws_config::Region::from_static("us-east-1")).load().await;
        let mut session = Self {
            configuration,
            reporter: options.reporter,
            credentials_end: None,
            answer_limit: options.answer_limit,
            deadline: options.deadline,
            caller: Arc::default(),
        };
        session.credentials_end = end_of(&session.load_credentials().await?);
        Ok(session)
    }

    /// The same for questions, which change nothing: one without an answer is given up in time, one that is throttled is
    /// asked again for longer than a request to change something is.
    #[must_use]
    pub fn asking(&self) -> Self {
        let retries = retries(ASKING_ATTEMPTS, ASKING_LONGEST_PAUSE);
        let limits =
            TimeoutConfig::builder().connect_timeout(CONNECT_LIMIT).operation_timeout(self.answer_limit);
        let configuration =
            self.configuration.to_builder().retry_config(retries).timeout_config(limits.build()).build();
        Self { configuration, ..self.clone() }
    }

    /// The answer to a question, unless the time for all questions ends before.
    pub(crate) async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        within(self.deadline, answer).await
    }

    pub(super) const fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    /// A session whose credentials last until `until`: this one, or one with credentials that were fetched anew.
    ///
    /// # Errors
    /// [`ErrorKind::ExpiredCredentials`] where even new ones end before.
    pub async fn lasting_until(&self, until: jiff::Timestamp) -> Result<Self, AwsError> {
        if self.credentials_end.is_none_or(|end| end >= until) {
            return Ok(self.clone());
        }
        let credentials = self.load_credentials().await?;
        let end = end_of(&credentials);
        if end.is_some_and(|end| end < until) {
            let words = format!(
                "the AWS credentials end before {until:.0}, too soon for a machine to fetch its agent"
            );
            return Err(AwsError::own("loading credentials", ErrorKind::ExpiredCredentials, words));
        }
        let provider = SharedCredentialsProvider::new(credentials);
        let configuration = self.configuration.to_builder().credentials_provider(provider).build();
        Ok(Self { configuration, credentials_end: end, ..self.clone() })
    }

    async fn load_credentials(&self) -> Result<Credentials, AwsError> {
        let Some(provider) = self.configuration.credentials_provider() else {
            return Err(AwsError::own(
                "loading credentials",
                ErrorKind::NoCredentials,
                "no provider is configured",
            ));
        };
        provider.provide_credentials().await.map_err(AwsError::credentials)
    }

    /// The configuration of clients in a region.
    fn in_region(&self, region: &RegionName) -> SdkConfig {
        self.configuration.to_builder().region(aws_config::Region::new(region.to_string())).build()
    }

    fn timer(&self, region: &RegionName) -> CallTimer {
        CallTimer { region: region.to_string(), reporter: self.reporter.clone() }
    }

    /// EC2 in a region.
    #[must_use]
    pub fn ec2(&self, region: &RegionName) -> Ec2 {
        let configuration =
            aws_sdk_ec2::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        Ec2::new(aws_sdk_ec2::Client::from_conf(configuration.build()))
    }

    /// The account's roles; the region only tells the partition, since they are the same in all of its regions.
    #[must_use]
    pub fn iam(&self, region: &RegionName) -> Iam {
        let configuration =
            aws_sdk_iam::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        Iam::new(aws_sdk_iam::Client::from_conf(configuration.build()))
    }

    /// A bucket of this account in a region.
    #[must_use]
    pub fn bucket(&self, region: &RegionName, name: String, account: &str) -> Bucket {
        let (client, signer) = self.s3(region);
        Bucket::new(client, signer, name, account.to_owned(), region.clone())
    }

    /// An object of any bucket, in the region of that bucket.
    #[must_use]
    pub fn object(&self, region: &RegionName, bucket: &str, key: &str) -> AnyObject {
        let (client, signer) = self.s3(region);
        AnyObject::new(client, signer, bucket.to_owned(), key.to_owned())
    }

    /// The region of any bucket, as S3 says in the region that is asked; none where there is no such bucket.
    ///
    /// # Errors
    /// Where S3 can't be reached, or does not say.
    pub async fn region_of_bucket(
        &self,
        ask: &RegionName,
        bucket: &str,
    ) -> Result<Option<RegionName>, AwsError> {
        object::region_of(&self.s3(ask).0, bucket).await
    }

    /// S3 in a region, to ask and to sign. Signing a URL is no call, so its client is not timed.
    fn s3(&self, region: &RegionName) -> (aws_sdk_s3::Client, aws_sdk_s3::Client) {
        let configuration = aws_sdk_s3::config::Builder::from(&self.in_region(region));
        let signer = aws_sdk_s3::Client::from_conf(configuration.clone().build());
        (aws_sdk_s3::Client::from_conf(configuration.interceptor(self.timer(region)).build()), signer)
    }

    /// The account's quotas in a region.
    #[must_use]
    pub fn service_quotas(&self, region: &RegionName) -> ServiceQuotas {
        let configuration = aws_sdk_servicequotas::config::Builder::from(&self.in_region(region))
            .interceptor(self.timer(region));
        ServiceQuotas::new(aws_sdk_servicequotas::Client::from_conf(configuration.build()))
    }

    /// The parameters that AWS publishes in a region.
    #[must_use]
    pub fn parameters(&self, region: &RegionName) -> Parameters {
        let configuration =
            aws_sdk_ssm::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        Parameters::new(aws_sdk_ssm::Client::from_conf(configuration.build()))
    }

    /// The account's own encrypted parameters in a region.
    #[must_use]
    pub fn secret_parameters(&self, region: &RegionName) -> SecretParameters {
        let configuration =
            aws_sdk_ssm::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        SecretParameters::new(aws_sdk_ssm::Client::from_conf(configuration.build()))
    }

    /// EC2 Instance Connect in a region.
    #[must_use]
    pub fn instance_connect(&self, region: &RegionName) -> InstanceConnect {
        let configuration = aws_sdk_ec2instanceconnect::config::Builder::from(&self.in_region(region))
            .interceptor(self.timer(region));
        InstanceConnect::new(aws_sdk_ec2instanceconnect::Client::from_conf(configuration.build()))
    }

    /// Session Manager in a region.
    #[must_use]
    pub fn sessions(&self, region: &RegionName) -> Sessions {
        let configuration =
            aws_sdk_ssm::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        let suffix = if region.as_str().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = self
            .configuration
            .endpoint_url()
            .map_or_else(|| format!("https://ssm.{region}.{suffix}"), str::to_owned);
        Sessions::new(aws_sdk_ssm::Client::from_conf(configuration.build()), endpoint)
    }

    /// Who the caller is, asked once for all who want to know.
    ///
    /// # Errors
    /// Where the credentials are not valid, or AWS can't be reached.
    pub async fn caller(&self, region: &RegionName) -> Result<Identity, AwsError> {
        let sts = self.sts(region);
        self.caller.get_or_try_init(|| async move { sts.caller().await }).await.cloned()
    }

    /// A client of STS.
    #[must_use]
    pub fn sts(&self, region: &RegionName) -> Sts {
        let configuration =
            aws_sdk_sts::config::Builder::from(&self.in_region(region)).interceptor(self.timer(region));
        Sts::new(aws_sdk_sts::Client::from_conf(configuration.build()))
    }
}

/// An answer, unless the time ends before.
pub(super) async fn within<T>(
    deadline: Option<Deadline>,
    answer: impl Future<Output = Result<T, AwsError>>,
) -> Result<T, AwsError> {
    let Some(Deadline { at, given }) = deadline else { return answer.await };
    let over = || AwsError::own("asking", ErrorKind::Unavailable, format!("no answer within {given}"));
    tokio::time::timeout_at(at.into(), answer).await.map_err(|_| over())?
}

fn retries(attempts: u32, longest_pause: Duration) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(longest_pause)
}

fn end_of(credentials: &Credentials) -> Option<jiff::Timestamp> {
    credentials.expiry().and_then(|end| jiff::Timestamp::try_from(end).ok())
}

/// The SDK's client with other roots of trust; proxies stay those of the environment.
fn http_client_that_trusts(
    certificates: Vec<u8>,
) -> Result<aws_smithy_runtime_api::client::http::SharedHttpClient, AwsError> {
    let trust = tls::TrustStore::empty().with_pem_certificate(certificates);
    let context = tls::TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| AwsError::own("reading AWS_CA_BUNDLE", ErrorKind::Refused, error.to_string()))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
            .tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    }))
}
