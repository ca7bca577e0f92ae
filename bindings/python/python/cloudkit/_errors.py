"""Errors: a class for each of the command line's exit codes, with what to type next."""

from __future__ import annotations

from typing import ClassVar, Optional, Sequence, Tuple


class CloudkitError(Exception):
    """Something that cloudkit could not do.

    ``message`` says what and where, ``hints`` what to type next, and ``exit_code`` is the one that the command line ends with for
    it.
    """

    exit_code: ClassVar[Optional[int]] = None

    def __init__(self, message: str, hints: Sequence[str] = ()) -> None:
        super().__init__(message, tuple(hints))
        self.message = message
        self.hints: Tuple[str, ...] = tuple(hints)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"hint: {hint}" for hint in self.hints)])


class NoAnswerError(CloudkitError):
    """It ran well, and the answer is no. Searches return empty offers instead."""

    exit_code = 1


class UsageError(CloudkitError, ValueError):
    """A value that can't be; the message begins with the name of its argument."""

    exit_code = 2


class CredentialsError(CloudkitError):
    """No credentials, expired ones, or none that allow it; also what needs an account in a build without the AWS SDK."""

    exit_code = 3


class CapacityError(CloudkitError):
    """Capacity or quota: no candidate could be had."""

    exit_code = 4


class UnavailableError(CloudkitError):
    """AWS or the network failed after retries."""

    exit_code = 5


class PartialError(CloudkitError):
    """Something that was made is still there; the hints have the commands that remove it."""

    exit_code = 6


class BugError(CloudkitError):
    """A bug of cloudkit's."""

    exit_code = 70


class InterruptedByUserError(CloudkitError):
    """Interrupted, and what had been made was undone."""

    exit_code = 130
