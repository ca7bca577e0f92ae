//! A tarball in a bucket: found before anything is made, and fetched by machines that have no rights of their own.

use serde_json::json;

use super::app::somebody;
use crate::support::{Home, Lab};

const CONFIG: &str = "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n";
const DIGEST: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// Somebody whose app has an archive in this place.
pub(super) fn fetching(lab: &Lab, object: &str) -> Home {
    let home = somebody(lab, CONFIG);
    home.write(
        "app/.spot/deployment.yaml",
        format!(
            "version: 1\ndeployment:\n  tarball_url: {{url: '{object}', sha256: {DIGEST}, dest: /opt/app}}\n"
        ),
    );
    home
}

/// An archive of another team, in another region.
pub(super) fn archive(lab: &Lab) {
    lab.boto(
        "s3 = boto3.client('s3', region_name='eu-west-1', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         s3.create_bucket(Bucket='archives', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})\n\
         s3.put_object(Bucket='archives', Key='a/app.tar.gz', Body=b'hello')\n\
         answer = {}",
    );
}

#[test]
fn machines_fetch_it_by_a_url_of_its_bucket_s_region() {
    let lab = Lab::start();
    archive(&lab);
    let home = fetching(&lab, "s3://archives/a/app.tar.gz");
    let created = home.run("cloudkit deploy create --dir app --yes").ok();
    assert!(created.stderr.contains("machines fetch s3://archives/a/app.tar.gz (eu-west-1)"), "{created}");
    assert!(!created.stderr.contains("X-Amz-Signature"), "{created}");
    let fetched = lab.boto(
        "import base64, email, gzip, re, urllib.request\n\
         machine = ec2.describe_instances()['Reservations'][0]['Instances'][0]['InstanceId']\n\
         told = ec2.describe_instance_attribute(InstanceId=machine, Attribute='userData')['UserData']['Value']\n\
         told = base64.b64decode(told)\n\
         told = gzip.decompress(told) if told[:2] == b'\\x1f\\x8b' else told\n\
         parts = [part.get_payload(decode=True) or b'' for part in email.message_from_bytes(told).walk()]\n\
         found = [re.search(rb\"CLOUDKIT_APPLY_REQUEST='([^']*)'\", part) for part in parts]\n\
         place = json.loads(next(one for one in found if one).group(1))['objects']['s3://archives/a/app.tar.gz']\n\
         request = urllib.request.Request(place['url'], headers=dict(place.get('headers', [])))\n\
         answer = {'url': place['url'], 'content': urllib.request.urlopen(request).read().decode()}",
    );
    assert_eq!(fetched["content"], "hello");
    assert!(fetched["url"].as_str().unwrap().contains("%2Feu-west-1%2Fs3%2F"), "{fetched}");
}

#[test]
fn one_that_cannot_be_read_stops_it_before_anything_is_made() {
    let lab = Lab::start();
    archive(&lab);
    lab.post("/buckets", &json!({"name": "strangers", "region": "eu-west-1", "account": "999999999999"}));
    for (object, code, words) in [
        ("s3://archives/a/none.tar.gz", 2, "there is no s3://archives/a/none.tar.gz"),
        ("s3://nowhere-at-all/app.tar.gz", 2, "there is no bucket nowhere-at-all"),
        ("s3://strangers/app.tar.gz", 3, "s3://strangers/app.tar.gz cannot be read"),
    ] {
        let before = lab.changes().len();
        let refused = fetching(&lab, object).run("cloudkit deploy create --dir app --yes").exits(code);
        assert!(refused.stderr.contains(words), "{refused}");
        assert!(refused.stderr.contains("or put the archive into the app folder"), "{refused}");
        assert_eq!(lab.changes().len(), before);
    }
}
