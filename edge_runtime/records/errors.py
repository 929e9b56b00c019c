"""What the records refuse: the branch RecordsError of the tree in `edge_runtime/errors.py`.

    RecordsError
    |-- RecordsMissing         no records at the place given
    |-- RecordsUnsupported     made by a newer version of foreseye
    |-- RecordsDamaged         a page, row or file is not as it was written, or is gone
    |-- RecordsUnavailable     the database does not answer
    |-- RecordsFull            no room on the disk; nothing that was kept is lost
    |-- MasterKeyWrong         the records were sealed under another master key
    |-- NotKept                no such exam, photograph, picture or user
    |-- Erased                 it was kept and has been erased
    |-- WrongState             the exam's state does not allow it
    |-- NotSignedIn            no session, or it has ended
    |-- LockedOut              too many wrong secrets
    |-- AccountNotProved       an ID token that does not hold
    |-- AccountUnknown         a proved account of nobody who may sign in here
    `-- AccountsUnreachable    who issues the accounts does not answer

As there, `str(error)` is the private text for the log, and `public_message` the sentence for the
person in front of the screen.
"""

from __future__ import annotations

from edge_runtime.errors import ForeseyeError


class RecordsError(ForeseyeError):
    """The records of the clinic refuse."""

    public_message = "The records could not do this."


class RecordsMissing(RecordsError):
    """There are no records at the place given."""

    public_message = "There are no records at the place given. `foreseye records init` makes them."


class RecordsUnsupported(RecordsError):
    """The records were made by a newer version of foreseye."""

    public_message = "The records were made by a newer version of foreseye and were not opened."


class RecordsDamaged(RecordsError):
    """Something kept is not as it was written, or is gone."""

    public_message = (
        "The records are damaged and nothing more is written to them. "
        "Please call support: a backup can be restored."
    )


class RecordsUnavailable(RecordsError):
    """The database does not answer."""

    public_message = "The records cannot be reached. Please try again in a moment."


class RecordsFull(RecordsError):
    """The disk has no room; what was kept stays."""

    public_message = "The disk is full: this was not kept. Nothing kept before is lost."


class MasterKeyWrong(RecordsError):
    """The records were sealed under another master key."""

    public_message = "The master key is not the one of these records."


class NotKept(RecordsError):
    """No such exam, photograph, picture or user is kept."""

    public_message = "This is not in the records."


class Erased(RecordsError):
    """It was kept and has been erased."""

    public_message = "This has been erased from the records."


class WrongState(RecordsError):
    """The exam's state does not allow it; `sentence` says why, without a word on the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.public_message = sentence


class NotSignedIn(RecordsError):
    """There is no session, or it has ended."""

    public_message = "Please sign in."


class LockedOut(RecordsError):
    """Too many wrong secrets."""

    public_message = "Too many wrong attempts. Please wait, or ask the administrator."


class AccountNotProved(RecordsError):
    """What proves an account does not hold: not signed so, not for us, too old or used before."""

    public_message = "The clinic's account could not be proved. Please sign in again."


class AccountUnknown(RecordsError):
    """The account is proved, and of nobody who may sign in here."""

    public_message = "With this account nobody may sign in here. Please ask the administrator."


class AccountsUnreachable(RecordsError):
    """Who issues the clinic's accounts does not answer."""

    public_message = "The clinic's accounts cannot be reached. A PIN or password still works."
