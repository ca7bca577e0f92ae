"""A small HTTP API: /health says that it lives, /report has what the timer last wrote."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPORT = Path("/var/lib/api/report.json")


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/report" and REPORT.exists():
            self.answer(200, json.loads(REPORT.read_text()))
        else:
            self.answer(404, {"error": "there is no such thing"})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", 8080), Api).serve_forever()
