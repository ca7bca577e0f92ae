"""Moto, run in this process: loaded beside the listening sockets, asked over WSGI.

It deliberately adds nothing to what Moto answers; `ec2` does that inside Moto and `storage` in front of it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Thread
from typing import Any

from . import ACCOUNT, LOOPBACK
from .errors import AwsError
from .web import Request, Response

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class MotoServer:
    """Importing Moto takes a second or two, so the first calls wait for it and the start of the lab does not."""

    def __init__(self) -> None:
        self._application: Future[WsgiApplication] = Future()
        Thread(target=self._load, daemon=True).start()

    def wait(self) -> None:
        """Wait until Moto's modules may be imported at no cost."""
        self._application.result()

    def answer(self, request: Request) -> Response:
        application = self._application.result()
        heard: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            heard.update(status=int(status[:3]), headers=headers)

        try:
            parts = application(_environment(request), start_response)
            try:
                body = b"".join(parts)
            finally:
                getattr(parts, "close", lambda: None)()
        except NotImplementedError as missing:
            raise AwsError(501, "NotImplemented", f"Moto has not got this: {missing}") from missing
        return Response(heard["status"], body, heard["headers"])

    def reset(self) -> None:
        """Back to an account in which nothing was ever made."""
        self.wait()
        from moto.core.base_backend import BackendDict
        from moto.ec2.models import ec2_backends

        # Moto resets a region by building it anew, with its thousand images, only to throw it away.
        ec2_backends.clear()
        BackendDict.reset()

    def _load(self) -> None:
        try:
            self._application.set_result(_load_application())
        except BaseException as error:
            self._application.set_exception(error)


def _load_application() -> WsgiApplication:
    # Nothing of the owner's AWS settings may leak in, a profile that does not exist would even fail.
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        MOTO_ACCOUNT_ID=ACCOUNT,
    )
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from .ec2 import extend_moto

    extend_moto()
    return DomainDispatcherApplication(create_backend_app)


def _environment(request: Request) -> dict[str, Any]:
    environment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as latin-1 characters (PEP 3333).
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "SERVER_NAME": LOOPBACK,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": LOOPBACK,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environment[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    environment["CONTENT_LENGTH"] = str(len(request.body))
    environment.pop("HTTP_TRANSFER_ENCODING", None)
    return environment
