"""Holds what the lab knows of Session Manager."""

from __future__ import annotations

from harness import LabTest, client, wait_until


class Sessions(LabTest):
    def running(self) -> str:
        machine: str = self.launch()["InstanceId"]
        wait_until(lambda: self.state(machine) == "running")
        return machine

    def test_a_machine_that_is_not_connected_is_refused(self) -> None:
        with self.refused("TargetNotConnected"):
            client("ssm").start_session(Target=self.running())

    def test_a_session_is_opened_and_closed_once(self) -> None:
        machine = self.running()
        self.control("POST", f"/machines/{machine}/session-manager", {"connected": True})
        ssm = client("ssm")
        session = ssm.start_session(Target=machine, DocumentName="AWS-StartNonInteractiveCommand")
        self.assertIn(session["SessionId"], session["StreamUrl"])
        self.assertTrue(session["TokenValue"])
        ssm.terminate_session(SessionId=session["SessionId"])
        with self.refused("DoesNotExistException"):
            ssm.terminate_session(SessionId=session["SessionId"])

    def test_a_document_that_there_is_not_is_refused(self) -> None:
        machine = self.running()
        self.control("POST", f"/machines/{machine}/session-manager", {"connected": True})
        with self.refused("InvalidDocument"):
            client("ssm").start_session(Target=machine, DocumentName="Mine")
