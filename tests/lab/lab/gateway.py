"""The AWS endpoint: every call is read, logged, disturbed, checked, and then put to Moto.

It deliberately decides nothing about a service of its own; what EC2 and S3 add is in `ec2` and `storage`, and Service
Quotas and Session Manager, which Moto has next to nothing of, are in `quotas` and `sessions`.
"""

from __future__ import annotations

import sys
import traceback

from .calls import Call, read_call
from .credentials import check_credentials
from .disturbances import Disturbances
from .errors import AwsError, error_response
from .machine_roles import check_role
from .moto_server import MotoServer
from .parameters import check_parameters
from .quotas.service import answer_quotas
from .requestlog import RequestLog
from .sessions import ACTIONS as SESSION_ACTIONS
from .sessions import answer_sessions
from .spot_role import SPOT_ROLE
from .storage import check_storage
from .streaming import without_chunk_signatures
from .web import HangUp, Request, Response


class Gateway:
    def __init__(self, moto: MotoServer, log: RequestLog, disturbances: Disturbances) -> None:
        self._moto = moto
        self._log = log
        self._disturbances = disturbances

    def __call__(self, request: Request) -> Response:
        call = read_call(request)
        entry = self._log.arrived(call)
        try:
            response = self._answer(call)
        except HangUp:
            raise
        except AwsError as error:
            response = error_response(call.service, error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            response = error_response(call.service, AwsError(500, "InternalError", repr(error)))
        self._log.answered(entry, response)
        return response

    def _answer(self, call: Call) -> Response:
        self._disturbances.delay(call)
        fault = self._disturbances.faults.strike(call)
        if fault:
            fault.before(call)
        response = self._do(call)
        return fault.after(response) if fault else response

    def _do(self, call: Call) -> Response:
        check_credentials(call)
        if call.service == "servicequotas":
            return answer_quotas(call)
        if call.service == "iam":
            self._moto.wait()
            SPOT_ROLE.settle()
        if call.service == "ssm" and call.action in SESSION_ACTIONS:
            self._moto.wait()
            return answer_sessions(call)
        if call.service == "ssm":
            self._moto.wait()
            check_role(call)
            check_parameters(call)
        if call.service != "s3":
            return self._moto.answer(call.request)
        self._moto.wait()
        check_storage(call)
        return self._moto.answer(without_chunk_signatures(call.request))
