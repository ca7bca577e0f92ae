"""Holds what the lab knows of the Parameter Store."""

from __future__ import annotations

from harness import LabTest, client


class Parameters(LabTest):
    def put(self, name: str = "/app/TOKEN", **members: object) -> None:
        client("ssm").put_parameter(**{"Name": name, "Value": "x", "Type": "SecureString", **members})

    def test_values_are_held_to_their_tier(self) -> None:
        self.put(Value="x" * 4096)
        with self.refused("ValidationException"):
            self.put("/app/LONG", Value="x" * 4097, Tier="Standard")
        self.put("/app/LONG", Value="x" * 8192, Tier="Advanced")
        with self.refused("ValidationException"):
            self.put("/app/LONGER", Value="x" * 8193, Tier="Advanced")

    def test_an_advanced_one_stays_one(self) -> None:
        self.put(Tier="Advanced")
        with self.refused("ValidationException"):
            self.put(Tier="Standard", Overwrite=True)
        self.put(Tier="Advanced", Overwrite=True)

    def test_no_value_names_another_parameter(self) -> None:
        with self.refused("ValidationException"):
            self.put(Value="a {{other}}")

    def test_one_of_the_name_is_overwritten_on_request_and_without_tags(self) -> None:
        self.put(Tags=[{"Key": "a", "Value": "b"}])
        with self.refused("ParameterAlreadyExists"):
            self.put()
        with self.refused("ValidationException"):
            self.put(Overwrite=True, Tags=[{"Key": "a", "Value": "b"}])
        self.put(Overwrite=True)

    def test_a_path_has_pages(self) -> None:
        for number in range(12):
            self.put(f"/app/{number}")
        pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/app")
        self.assertEqual([len(page["Parameters"]) for page in pages], [10, 2])

    def test_ten_names_are_removed_at_once_and_no_more(self) -> None:
        self.put()
        self.assertEqual(self.control("GET", "/account")["regions"]["us-east-1"]["parameters"], ["/app/TOKEN"])
        with self.refused("ValidationException"):
            client("ssm").delete_parameters(Names=[f"/app/{number}" for number in range(11)])
        client("ssm").delete_parameters(Names=["/app/TOKEN", "/app/NEVER"])
        self.assertEqual(self.control("GET", "/account")["regions"], {})
