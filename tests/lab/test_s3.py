"""Holds what the lab adds to Moto's S3."""

from __future__ import annotations

import hashlib
import os
import zlib
from base64 import b64encode

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from harness import REGION, Answer, LabTest, client, fetch, shared

ACCOUNT = "123456789012"
STRANGER = "210987654321"


def presign(path: str, expires: int = 60, headers: dict[str, str] | None = None) -> str:
    request = AWSRequest("GET", shared()["aws"] + path, headers=headers)
    S3SigV4QueryAuth(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), "s3", REGION, expires=expires).add_auth(request)
    return request.url


class Owners(LabTest):
    def setUp(self) -> None:
        super().setUp()
        client("s3").create_bucket(Bucket="mine")
        self.control("POST", "/buckets", {"name": "theirs", "region": REGION, "account": STRANGER})

    def test_a_strangers_bucket_is_closed(self) -> None:
        with self.refused("AccessDenied", 403):
            client("s3").put_object(Bucket="theirs", Key="k", Body=b"x")
        with self.refused("403", 403):
            client("s3").head_bucket(Bucket="theirs")
        with self.refused("AccessDenied", 403):
            client("s3").list_objects_v2(Bucket="theirs", ExpectedBucketOwner=STRANGER)
        self.assertEqual([bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]], ["mine"])

    def test_a_wrong_expected_owner_is_refused(self) -> None:
        client("s3").put_object(Bucket="mine", Key="k", Body=b"x", ExpectedBucketOwner=ACCOUNT)
        for ask in (client("s3").get_object, client("s3").delete_object):
            with self.refused("AccessDenied", 403):
                ask(Bucket="mine", Key="k", ExpectedBucketOwner=STRANGER)
        with self.refused("403", 403):
            client("s3").head_object(Bucket="mine", Key="k", ExpectedBucketOwner=STRANGER)

    def test_bucket_names_are_one_space(self) -> None:
        with self.refused("BucketAlreadyExists", 409):
            client("s3").create_bucket(Bucket="theirs")
        client("s3").create_bucket(Bucket="mine")
        here = {"LocationConstraint": "eu-west-1"}
        client("s3", "eu-west-1").create_bucket(Bucket="mine-too", CreateBucketConfiguration=here)
        with self.refused("BucketAlreadyOwnedByYou", 409):
            client("s3", "eu-west-1").create_bucket(Bucket="mine-too", CreateBucketConfiguration=here)


class Buckets(LabTest):
    def test_a_bucket_from_its_making_to_its_end(self) -> None:
        s3 = client("s3")
        s3.create_bucket(Bucket="box")
        everything = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        blocked = dict.fromkeys(everything, True)
        s3.put_public_access_block(Bucket="box", PublicAccessBlockConfiguration=blocked)
        self.assertEqual(s3.get_public_access_block(Bucket="box")["PublicAccessBlockConfiguration"], blocked)
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        s3.put_bucket_encryption(Bucket="box", ServerSideEncryptionConfiguration={"Rules": [rule]})
        for number in range(3):
            s3.put_object(Bucket="box", Key=f"k/{number}", Body=b"x")
        self.assertEqual(s3.list_objects_v2(Bucket="box", Prefix="k/")["KeyCount"], 3)
        left = self.control("GET", "/account")["regions"][REGION]["buckets"]
        self.assertEqual(left, [{"name": "box", "region": REGION, "objects": 3}])
        told = self.control("GET", "/buckets")
        self.assertEqual(told, [{"name": "box", "region": REGION, "keys": ["k/0", "k/1", "k/2"]}])
        with self.refused("BucketNotEmpty", 409):
            s3.delete_bucket(Bucket="box")
        s3.delete_objects(Bucket="box", Delete={"Objects": [{"Key": f"k/{number}"} for number in range(3)]})
        s3.delete_bucket(Bucket="box")
        self.assertEqual(self.control("GET", "/account")["regions"], {})

    def test_actions_are_logged_by_name(self) -> None:
        client("s3").create_bucket(Bucket="box")
        client("s3").list_objects_v2(Bucket="box")
        logged = [(entry["action"], entry["mutating"]) for entry in self.control("GET", "/requests")]
        self.assertEqual(logged, [("CreateBucket", True), ("ListObjectsV2", False)])


class Presigned(LabTest):
    def setUp(self) -> None:
        super().setUp()
        client("s3").create_bucket(Bucket="box")
        client("s3").put_object(Bucket="box", Key="k", Body=b"content")

    def test_get_and_expired(self) -> None:
        self.assertEqual(fetch(presign("/box/k")).body, b"content")
        answer = fetch(presign("/box/k", expires=-1))
        self.assertEqual(answer.status, 403)
        self.assertIn(b"<Code>AccessDenied</Code><Message>Request has expired</Message>", answer.body)

    def test_an_answer_that_is_damaged_on_the_way(self) -> None:
        fault = {"kind": "corrupt", "action": "GetObject", "params": {"path": "/box/k"}, "times": 1}
        self.control("POST", "/faults", fault)
        self.assertEqual(fetch(presign("/box/k")).body, b"contenu")
        self.assertEqual(fetch(presign("/box/k")).body, b"content")

    def test_a_signed_header_must_be_sent(self) -> None:
        owner = {"x-amz-expected-bucket-owner": ACCOUNT}
        url = presign("/box/k", headers=owner)
        self.assertEqual(fetch(url, headers=owner).body, b"content")
        self.assertEqual(fetch(url).status, 403)
        self.assertEqual(fetch(presign("/box/k"), headers=owner).status, 403)

    def test_put(self) -> None:
        url = client("s3").generate_presigned_url("put_object", Params={"Bucket": "box", "Key": "new"})
        self.assertEqual(fetch(url, "PUT", b"sent").status, 200)
        self.assertEqual(client("s3").get_object(Bucket="box", Key="new")["Body"].read(), b"sent")


class Uploads(LabTest):
    def put(self, body: bytes, checksum: str, chunk: int = 64 * 1024) -> Answer:
        chunks = (body[start : start + chunk] for start in range(0, len(body), chunk))
        framed = [b"%x\r\n%b\r\n" % (len(part), part) for part in chunks]
        framed.append(b"0\r\nx-amz-checksum-crc32:%b\r\n\r\n" % checksum.encode())
        headers = {
            "Content-Encoding": "aws-chunked",
            "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "X-Amz-Decoded-Content-Length": str(len(body)),
            "X-Amz-Trailer": "x-amz-checksum-crc32",
        }
        return fetch(shared()["aws"] + "/box/k", "PUT", b"".join(framed), headers)

    def setUp(self) -> None:
        super().setUp()
        client("s3").create_bucket(Bucket="box")

    def test_a_large_upload_in_chunks_is_whole(self) -> None:
        body = os.urandom(1024 * 1024) * 100
        checksum = b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        self.assertEqual(self.put(body, checksum).status, 200)
        stored = client("s3").get_object(Bucket="box", Key="k", ChecksumMode="ENABLED")
        self.assertEqual(stored["ChecksumCRC32"], checksum)
        self.assertNotIn("ContentEncoding", stored)
        self.assertEqual(hashlib.sha256(stored["Body"].read()).digest(), hashlib.sha256(body).digest())

    def test_a_broken_upload_is_refused(self) -> None:
        answer = self.put(b"content", b64encode(b"abcd").decode())
        self.assertEqual(answer.status, 400)
        self.assertIn(b"BadDigest", answer.body)
