//! Service Quotas: EC2's limits of an account in one region, and requests for higher ones.
//!
//! What a quota is for, and how much of it is used, is not known here.

use aws_sdk_servicequotas::types::{RequestStatus, RequestedServiceQuotaChange};

use super::error::{AwsError, ErrorKind};
use super::types::{QuotaRequest, ServiceQuota};

/// The service whose quotas are looked at.
const EC2: &str = "ec2";
/// The most that a page may have.
const PAGE: i32 = 100;
/// Requests that AWS has not settled yet; each takes a call, since a call asks for one status.
/// <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestedServiceQuotaChange.html>
const OPEN: [RequestStatus; 2] = [RequestStatus::Pending, RequestStatus::CaseOpened];

/// A client of Service Quotas in one region.
#[derive(Debug, Clone)]
pub struct ServiceQuotas {
    client: aws_sdk_servicequotas::Client,
}

impl ServiceQuotas {
    pub(super) const fn new(client: aws_sdk_servicequotas::Client) -> Self {
        Self { client }
    }

    /// EC2's quotas as they hold for the account. A quota of which only AWS's default is known is not among them.
    /// <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html>
    ///
    /// # Errors
    /// Where Service Quotas refuses or can't be reached.
    pub async fn applied(&self) -> Result<Vec<ServiceQuota>, AwsError> {
        let mut pages =
            self.client.list_service_quotas().service_code(EC2).max_results(PAGE).into_paginator().send();
        let mut quotas = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("ListServiceQuotas", error))?;
            quotas.extend(page.quotas.unwrap_or_default().into_iter().filter_map(quota));
        }
        Ok(quotas)
    }

    /// EC2's quotas as AWS gives them to a new account.
    ///
    /// # Errors
    /// Where Service Quotas refuses or can't be reached.
    pub async fn defaults(&self) -> Result<Vec<ServiceQuota>, AwsError> {
        let request = self.client.list_aws_default_service_quotas().service_code(EC2).max_results(PAGE);
        let mut pages = request.into_paginator().send();
        let mut quotas = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("ListAWSDefaultServiceQuotas", error))?;
            quotas.extend(page.quotas.unwrap_or_default().into_iter().filter_map(quota));
        }
        Ok(quotas)
    }

    /// One of EC2's quotas: as it holds for the account, else as AWS gives it to a new one. Both are asked for at once.
    ///
    /// # Errors
    /// Where Service Quotas refuses or can't be reached.
    pub async fn one(&self, code: &str) -> Result<Option<ServiceQuota>, AwsError> {
        let applied = self.client.get_service_quota().service_code(EC2).quota_code(code).send();
        let default = self.client.get_aws_default_service_quota().service_code(EC2).quota_code(code).send();
        let (applied, default) = tokio::join!(applied, default);
        let applied = applied.map_err(|error| AwsError::from_sdk("GetServiceQuota", error));
        match applied.map(|answer| answer.quota.and_then(quota)) {
            Ok(Some(found)) => Ok(Some(found)),
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => {
                let default =
                    default.map_err(|error| AwsError::from_sdk("GetAWSDefaultServiceQuota", error))?;
                Ok(default.quota.and_then(quota))
            }
        }
    }

    /// The requests for higher quotas of EC2 that AWS has not settled yet, with the codes of the quotas.
    ///
    /// # Errors
    /// Where Service Quotas refuses or can't be reached.
    pub async fn open_requests(&self) -> Result<Vec<(String, QuotaRequest)>, AwsError> {
        let of_each = OPEN.map(|status| self.requests_with(status));
        let of_each = futures_util::future::try_join_all(of_each).await?;
        Ok(of_each.into_iter().flatten().collect())
    }

    async fn requests_with(&self, status: RequestStatus) -> Result<Vec<(String, QuotaRequest)>, AwsError> {
        let request = self.client.list_requested_service_quota_change_history().service_code(EC2);
        let mut pages = request.status(status).max_results(PAGE).into_paginator().send();
        let mut requests = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| AwsError::from_sdk("ListRequestedServiceQuotaChangeHistory", error))?;
            requests.extend(page.requested_quotas.unwrap_or_default().into_iter().filter_map(request_of));
        }
        Ok(requests)
    }

    /// Asks AWS for a higher limit.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyThere`] where a request for the quota is open; where AWS refuses or can't be reached.
    pub async fn request(&self, code: &str, desired: u32) -> Result<QuotaRequest, AwsError> {
        const OPERATION: &str = "RequestServiceQuotaIncrease";
        let request = self.client.request_service_quota_increase().service_code(EC2).quota_code(code);
        let answer = request.desired_value(f64::from(desired)).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk(OPERATION, error))?;
        let filed = answer.requested_quota.and_then(request_of).map(|(_, request)| request);
        filed.ok_or_else(|| {
            AwsError::own(
                OPERATION,
                ErrorKind::Unavailable,
                format!("the answer to {OPERATION} has no request"),
            )
        })
    }
}

fn quota(quota: aws_sdk_servicequotas::types::ServiceQuota) -> Option<ServiceQuota> {
    // A value beside an error is none: the service that knows it could not be asked.
    let value = quota.value.filter(|_| quota.error_reason.is_none());
    Some(ServiceQuota { code: quota.quota_code?, name: quota.quota_name, value: value.and_then(whole) })
}

fn request_of(change: RequestedServiceQuotaChange) -> Option<(String, QuotaRequest)> {
    let request = QuotaRequest {
        id: change.id?,
        desired: change.desired_value.and_then(whole)?,
        status: change.status?.as_str().to_ascii_lowercase().replace('_', "-"),
        created: change.created.and_then(|at| jiff::Timestamp::from_second(at.secs()).ok()),
    };
    Some((change.quota_code?, request))
}

/// A limit as the whole number that those of vCPUs and machines are; one beyond every account's reach is the largest there is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and what is below zero is none"
)]
fn whole(value: f64) -> Option<u32> {
    (value >= 0.0).then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_whole_and_never_invented() {
        assert_eq!(whole(0.0), Some(0));
        assert_eq!(whole(1152.0), Some(1152));
        assert_eq!(whole(10_000_000_000.0), Some(u32::MAX));
        assert_eq!((whole(-1.0), whole(f64::NAN)), (None, None));
    }

    #[test]
    fn a_value_beside_an_error_is_not_known() {
        use aws_sdk_servicequotas::types::{ErrorReason, ServiceQuota as Answer};
        let answer = Answer::builder().quota_code("L-1").value(0.0);
        assert_eq!(quota(answer.clone().build()).and_then(|quota| quota.value), Some(0));
        let failed = answer.error_reason(ErrorReason::builder().build()).build();
        assert_eq!(quota(failed).and_then(|quota| quota.value), None);
    }
}
