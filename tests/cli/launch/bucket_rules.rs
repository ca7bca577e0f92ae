//! The rule by which S3 drops what machines fetch: written once, and beside those that others made.

use serde_json::json;

use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --env A=b --wait accepted";
const S3: &str = "s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')\n\
                  bucket = 'cloudkit-123456789012-us-east-1'\n";

#[test]
fn the_rules_of_others_stay() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    let theirs =
        "{'ID': 'team', 'Status': 'Enabled', 'Filter': {'Prefix': 'team/'}, 'Expiration': {'Days': 30}}";
    lab.boto(&format!(
        "{S3}s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={{'Rules': [{theirs}]}})\nanswer = None"
    ));
    let before = lab.requests().len();
    home.run(LAUNCH).ok();
    home.run(LAUNCH).ok();
    let calls = lab.requests_since(before);
    let count = |action: &str| calls.iter().filter(|call| call.action == action).count();
    assert_eq!(count("GetBucketLifecycleConfiguration"), 2);
    assert_eq!(count("PutBucketLifecycleConfiguration"), 1, "what is there is not written again");
    let rules =
        lab.boto(&format!("{S3}answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)['Rules']"));
    let ids: Vec<_> = rules.as_array().unwrap().iter().map(|rule| &rule["ID"]).collect();
    assert_eq!(ids, [&json!("team"), &json!("cloudkit")]);
    assert_eq!(rules[0]["Expiration"]["Days"], 30);
    let owners = calls.iter().filter(|call| call.action.contains("Lifecycle"));
    assert!(
        owners.map(|call| call.expected_bucket_owner.as_deref()).all(|owner| owner == Some("123456789012"))
    );
}
