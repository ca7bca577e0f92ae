"""Holds the server of public documents."""

from __future__ import annotations

import gzip
import http.client
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness import LIMIT_SECONDS, Answer, LabTest, fetch, shared, wait_until

LONG_AGO, LATER = "Mon, 13 May 2024 00:00:00 GMT", "Tue, 14 May 2024 00:00:00 GMT"
TEXT = '{"prices": [1, 2, 3]}' * 50


class Feeds(LabTest):
    def put(self, path: str = "/spot.json", **document: Any) -> None:
        document = document if "file" in document else {"body": TEXT, **document}
        self.control("POST", "/feeds", {"path": path, **document})

    def get(self, path: str = "/spot.json", method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return fetch(shared()["feeds"] + path, method, headers=named)

    def log(self) -> list[dict[str, Any]]:
        return self.control("GET", "/feeds/requests")

    def wrong(self, route: str, body: bytes) -> int:
        return fetch(shared()["control"] + route, "POST", body).status


class Documents(Feeds):
    def test_a_document_is_served_with_what_tells_it_apart(self) -> None:
        self.put()
        answer = self.get()
        self.assertEqual((answer.status, answer.body.decode()), (200, TEXT))
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertRegex(answer.headers["ETag"], '^"[0-9a-f]{32}"$')
        self.assertTrue(answer.headers["Last-Modified"].endswith(" GMT"))
        self.put(content_type="application/x-javascript", etag='"one"', last_modified=LONG_AGO)
        headers = self.get().headers
        self.assertEqual(headers["Content-Type"], "application/x-javascript")
        self.assertEqual((headers["ETag"], headers["Last-Modified"]), ('"one"', LONG_AGO))
        self.put(etag=None, last_modified=None)
        self.assertEqual((self.get().headers["ETag"], self.get().headers["Last-Modified"]), (None, None))

    def test_what_is_not_there(self) -> None:
        self.assertEqual(self.get().status, 404)
        self.put()
        self.assertEqual(self.get(method="POST").status, 405)
        self.control("POST", "/reset")
        self.assertEqual(self.get().status, 404)

    def test_a_path_is_matched_decoded(self) -> None:
        self.put("/USD/US East (N. Virginia)/index.json", body="one")
        self.put("/USD/EU%20(Ireland)/index.json", body="two")
        self.assertEqual(self.get("/USD/US%20East%20(N.%20Virginia)/index.json?t=1").body, b"one")
        self.assertEqual(self.get("/USD/US%20East%20%28N%2E%20Virginia%29/index.json").body, b"one")
        self.assertEqual(self.get("/USD/EU%20%28Ireland%29/index.json").body, b"two")
        self.assertEqual(self.log()[0]["path"], "/USD/US East (N. Virginia)/index.json")
        self.assertEqual(self.log()[0]["query"], "t=1")

    def test_a_file_is_read_anew_each_time(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "index.json")
            file.write_bytes(b"one")
            self.put(file=str(file))
            tag = self.get().headers["ETag"]
            file.write_bytes(b"\x00two")
            answer = self.get()
        self.assertEqual(answer.body, b"\x00two")
        self.assertNotEqual(answer.headers["ETag"], tag)

    def test_a_head_tells_the_length(self) -> None:
        self.put()
        answer = self.get(method="HEAD")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["Content-Length"], str(len(TEXT)))
        self.assertEqual([entry["bytes"] for entry in self.log()], [0])

    def test_descriptions_are_checked(self) -> None:
        for body in (
            b'{"path": "/a"}',
            b'{"path": "a", "body": ""}',
            b'{"path": "/a", "body": "", "file": "/etc/hostname"}',
            b'{"path": "/a", "file": "relative"}',
            b'{"path": "/a", "body": "", "gzip": "sometimes"}',
            b'{"path": "/a", "body": "", "last_modified": "yesterday"}',
        ):
            self.assertEqual(self.wrong("/feeds", body), 400, body)


class Conditions(Feeds):
    def test_entity_tags(self) -> None:
        self.put(etag='"one"')
        for tags in ('"one"', 'W/"one"', '"two", "one"', "*"):
            answer = self.get(If_None_Match=tags)
            self.assertEqual((answer.status, answer.body, answer.headers["ETag"]), (304, b"", '"one"'), tags)
        self.assertEqual(self.get(If_None_Match='"two"').status, 200)
        self.assertEqual(self.get(method="HEAD", If_None_Match='"one"').status, 304)

    def test_dates(self) -> None:
        self.put(last_modified=LONG_AGO)
        self.assertEqual(self.get(If_Modified_Since=LONG_AGO).status, 304)
        self.assertEqual(self.get(If_Modified_Since=LATER).status, 304)
        self.put(last_modified=LATER)
        self.assertEqual(self.get(If_Modified_Since=LONG_AGO).status, 200)
        self.assertEqual(self.get(If_Modified_Since="yesterday").status, 200)

    def test_a_tag_goes_before_a_date(self) -> None:
        self.put(etag='"one"', last_modified=LONG_AGO)
        self.assertEqual(self.get(If_None_Match='"two"', If_Modified_Since=LATER).status, 200)


class Encodings(Feeds):
    def test_gzip_is_for_those_who_accept_it(self) -> None:
        self.put(gzip=True)
        for accepted in ("gzip", "br, gzip;q=0.5", "*"):
            answer = self.get(Accept_Encoding=accepted)
            self.assertEqual((answer.headers["Content-Encoding"], answer.headers["Vary"]), ("gzip", "Accept-Encoding"))
            self.assertEqual(gzip.decompress(answer.body).decode(), TEXT)
            self.assertEqual(answer.headers["Content-Length"], str(len(answer.body)))
        for accepted in ("identity", "gzip;q=0", "br"):
            answer = self.get(Accept_Encoding=accepted)
            self.assertEqual((answer.headers["Content-Encoding"], answer.body.decode()), (None, TEXT))

    def test_never_and_always(self) -> None:
        self.put()
        self.assertIsNone(self.get(Accept_Encoding="gzip").headers["Content-Encoding"])
        self.put(gzip="always")
        answer = self.get(Accept_Encoding="identity")
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(answer.body).decode(), TEXT)


class Log(Feeds):
    def test_it_tells_who_asked_for_what_and_what_was_sent(self) -> None:
        self.put(etag='"one"')
        self.get(User_Agent="curl")
        self.get(If_None_Match='"one"')
        wait_until(lambda: self.log()[0]["bytes"] == len(TEXT))
        first, second = self.log()
        self.assertEqual((first["n"], first["method"], first["path"], first["status"]), (1, "GET", "/spot.json", 200))
        self.assertEqual(first["headers"]["User-Agent"], "curl")
        self.assertEqual((second["status"], second["bytes"], second["fault"]), (304, 0, None))
        self.assertEqual(self.control("GET", "/feeds/requests?since=1"), [second])
        self.assertEqual(self.control("GET", "/requests"), [])
        self.control("POST", "/reset")
        self.assertEqual(self.log(), [])


class Faults(Feeds):
    def fault(self, **fault: Any) -> None:
        self.control("POST", "/feeds/faults", fault)

    def answer(self) -> http.client.HTTPResponse:
        """The answer with its body still to come."""
        connection = http.client.HTTPConnection(urlsplit(shared()["feeds"]).netloc, timeout=LIMIT_SECONDS)
        self.addCleanup(connection.close)
        connection.request("GET", "/spot.json")
        return connection.getresponse()

    def test_a_status_strikes_so_often_and_one_path(self) -> None:
        self.put()
        self.put("/other.json")
        self.fault(kind="status", status=503, path="/spot.json", times=1)
        self.assertEqual((self.get("/other.json").status, self.get().status, self.get().status), (200, 503, 200))
        self.assertEqual(self.control("GET", "/feeds/faults")[0]["times"], 0)
        self.assertEqual([entry["fault"] for entry in self.log()], [None, "status", None])

    def test_a_body_is_cut_off(self) -> None:
        self.put()
        self.fault(kind="truncate", bytes=10)
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.answer().read()
        self.assertEqual(caught.exception.partial, TEXT[:10].encode())
        self.assertEqual(self.log()[0]["bytes"], 10)

    def test_a_body_trickles(self) -> None:
        self.put()
        self.fault(kind="trickle", hang_ms=20, chunk_bytes=300)
        started = time.monotonic()
        self.assertEqual(self.answer().read().decode(), TEXT)
        self.assertGreaterEqual(time.monotonic() - started, 0.06)

    def test_a_body_has_no_end(self) -> None:
        self.put()
        self.fault(kind="endless")
        answer = self.answer()
        self.assertIsNone(answer.headers["Content-Length"])
        self.assertEqual(answer.read(len(TEXT)).decode(), TEXT)
        self.assertEqual(answer.read(1_000_000).strip(), b"")

    def test_nor_has_one_in_gzip(self) -> None:
        self.put(gzip="always")
        self.fault(kind="endless")
        unpacker, unpacked = zlib.decompressobj(wbits=31), b""
        answer = self.answer()
        while len(unpacked) < 1_000_000:
            unpacked += unpacker.decompress(answer.read1(4096))
        self.assertEqual(unpacked[: len(TEXT)].decode(), TEXT)
        self.assertLess(self.log()[0]["bytes"], 10_000_000)

    def test_a_connection_is_dropped_and_an_answer_is_late(self) -> None:
        self.put()
        self.fault(kind="drop", times=1)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.answer()
        self.assertIsNone(self.log()[0]["status"])
        self.fault(kind="hang", ms=50)
        started = time.monotonic()
        self.assertEqual(self.answer().status, 200)
        self.assertGreaterEqual(time.monotonic() - started, 0.05)
        self.control("DELETE", "/feeds/faults")
        self.assertEqual(self.control("GET", "/feeds/faults"), [])

    def test_an_unknown_kind_is_refused(self) -> None:
        self.assertEqual(self.wrong("/feeds/faults", b'{"kind": "flood"}'), 400)
