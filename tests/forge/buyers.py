"""Somebody with a list of suppliers and the register's file."""

from dataclasses import dataclass, field
from pathlib import Path

from forge.world import NOW, Issued
from verifier import Policy, Verifier
from verifier.bundle_view import BundleView
from verifier.suppliers.columns import find_columns
from verifier.suppliers.judge import judge_supplier
from verifier.suppliers.register import RegisterFinder
from verifier.suppliers.results import RowResult
from verifier.suppliers.rows import supplier_of
from verifier.suppliers.run import questions_of
from verifier.suppliers.sheets import Table, records_of


@dataclass(kw_only=True)
class Buyer:
    """Somebody with the register's file, at the forge's time."""

    register: Path
    anchor: str
    marks: dict[str, Issued]
    verifier: Verifier = field(init=False)
    finder: RegisterFinder = field(init=False)

    def __post_init__(self) -> None:
        self.verifier = Verifier.from_bundle(self.register, anchor=self.anchor, clock=lambda: NOW)
        file = self.verifier.file
        assert file is not None
        view = file.held()
        assert isinstance(view, BundleView)
        self.finder = RegisterFinder(view, file.archive)

    def holder(self, name: str) -> str:
        """The 13 digits of a mark's holder."""
        return self.marks[name].claims.holder.value

    def check(self, text: str, policy: Policy | None = None, *, offline: bool = False) -> list[RowResult]:
        """Judge every row of a CSV; `offline`: without anything to look suppliers up in."""
        table = Table(records=records_of(text))
        columns = find_columns(table)
        return [
            judge_supplier(
                supplier_of(row, cells, until=until),
                finder=None if offline else self.finder,
                judge=lambda subject, asked: self.verifier.verify(subject, policy=asked),
                policy=policy,
            )
            for row, cells, until in questions_of(table, columns)
        ]
