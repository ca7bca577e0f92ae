//! The id of an image at the lab, by its public parameter: what a user would find in the console.
//! Only needed where the usual image would be refused.

use serde::Deserialize;

use super::failure::Failure;
use super::http::{self, Http};

/// The lab checks no signature; it takes service and region from here.
const AUTHORIZATION: &str =
    "AWS4-HMAC-SHA256 Credential=lab/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    parameter: Parameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    value: String,
}

/// The image that a public parameter names.
pub(super) fn of_parameter(http: &Http, aws: &str, parameter: &str) -> Result<String, Failure> {
    let headers = [
        ("X-Amz-Target", "AmazonSSM.GetParameter"),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("Authorization", AUTHORIZATION),
    ];
    let body = serde_json::json!({ "Name": parameter }).to_string();
    let answer: Answer = http::json(aws, &http.post(aws, &headers, &body)?)?;
    Ok(answer.parameter.value)
}
