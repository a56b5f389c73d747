"""`akashi check SUPPLIERS` at work: judge every supplier of a table. Exit codes are part of the interface:

2 usage; else 1 any invalid or without a mark; else 3 any undetermined; else 0, all valid.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from time import time
from typing import IO

from keys.whole_files import writing_whole
from schemas.errors import MalformedError
from verifier.anchors import AnchorError, AnchorStore, default_state
from verifier.asked import INVALID, UNDETERMINED, UsageError, asked_anchor, asked_time
from verifier.bundle_commands import say_refused
from verifier.bundle_fetch import sources_of
from verifier.http import FetchError
from verifier.policy import Policy, parse_duration, policy_from_file
from verifier.progress import progress
from verifier.render import language, printable
from verifier.suppliers.checked import Checked, RegisterFacts
from verifier.suppliers.columns import ColumnError, Columns, find_columns, read_said
from verifier.suppliers.evidence import write_evidence
from verifier.suppliers.reading import read_table
from verifier.suppliers.report_html import write_html
from verifier.suppliers.report_json import write_json
from verifier.suppliers.report_table import write_csv, write_xlsx
from verifier.suppliers.report_text import columns_said, summary
from verifier.suppliers.results import RowResult
from verifier.suppliers.run import Check, Opening, judge_all, questions_of
from verifier.suppliers.sheets import MAX_FILE, SheetError, Table
from verifier.suppliers.source import kept_path, kept_register
from verifier.suppliers.xlsx import XlsxMissingError, openpyxl
from verifier.verifier import ONLINE_MAX_AGE
from verifier.words import phrase

__all__ = ["check_suppliers", "judged"]


def clock() -> float:
    """The machine's own."""
    return time()


def check_suppliers(arguments: argparse.Namespace) -> int:
    """Run the command and give its exit code."""
    lang = arguments.lang or language()
    _check_outputs(arguments)
    with judged(arguments, at=asked_time(arguments.at, now=clock()), lang=lang) as (checked, check):
        checked = replace(checked, at=arguments.at)
        if arguments.evidence is not None:
            evidence = _evidence(arguments.evidence, check, checked.results, lang)
            checked = replace(checked, evidence=evidence)
    for path in arguments.out:
        with writing_whole(path, mode=0o644) as out:
            _WRITERS[path.suffix.lower()](out, checked, lang)
        print(f"akashi: {phrase('written', lang, file=printable(str(path)))}", file=sys.stderr)
    if arguments.json:
        write_json(sys.stdout.buffer, checked, is_ascii=True)
    else:
        print(summary(checked, lang=lang), end="")
    return _code(checked.counts)


@contextmanager
def judged(
    arguments: argparse.Namespace, *, at: datetime | date | None = None, lang: str, is_quiet: bool = False
) -> Iterator[tuple[Checked, Check]]:
    """Judge the table by what `add_judging_options` took; the register stays open until the end. `is_quiet`: columns are not said.

    Raises what a command refuses with: UsageError, AnchorError, FetchError, PolicyError, MalformedError, OSError.
    """
    if arguments.workers is not None and not 1 <= arguments.workers <= 256:
        raise UsageError("--workers: between 1 and 256")
    if arguments.header is not None and arguments.header < 0:
        raise UsageError("--header: a row of the table, from 1; 0 for a table without headers")
    policy = _policy(arguments)
    table, columns = _table(arguments, policy)
    store = AnchorStore(arguments.state or default_state())
    opening = _opening(arguments, store, policy=policy, at=at)
    try:
        check = Check(opening)
    except MalformedError as error:
        raise MalformedError(f"{printable(str(opening.bundle))}: {error}") from error
    try:
        unjudged = _empty(check, table, columns)
        if not is_quiet:
            said = printable(columns_said(unjudged, lang=lang), longest=2000)
            print(f"akashi: {said}", file=sys.stderr)
        with progress() as say:
            results = judge_all(
                opening, questions_of(table, columns), check=check, workers=arguments.workers, progress=say
            )
        yield replace(unjudged, results=results, policy=policy, made=int(clock())), check
        if opening.state is not None and check.verifier.chain is not None:
            store.keep(check.verifier.chain)
    finally:
        check.close()


_WRITERS: dict[str, Callable[[IO[bytes], Checked, str], None]] = {
    ".csv": lambda out, checked, _lang: write_csv(out, checked),
    ".xlsx": lambda out, checked, lang: write_xlsx(out, checked, lang=lang),
    ".json": lambda out, checked, _lang: write_json(out, checked),
    ".html": lambda out, checked, lang: write_html(out, checked, lang=lang),
}


def _code(counts: Mapping[str, int]) -> int:
    if counts["invalid"] or counts["no-mark"]:
        return INVALID
    return UNDETERMINED if counts["undetermined"] else 0


def _policy(arguments: argparse.Namespace) -> Policy | None:
    policy = None if arguments.policy is None else policy_from_file(arguments.policy)
    if policy is not None and policy.organisation is not None:
        raise UsageError("--policy: organisation is for one mark; in a table the column id says whose it is")
    return policy


def _check_outputs(arguments: argparse.Namespace) -> None:
    """On return everything that is to be written has a place and a form. Before the work, not after it."""
    for path in arguments.out:
        if path.suffix.lower() not in _WRITERS:
            raise UsageError(f"--out {path}: write a name that ends in {', '.join(_WRITERS)}")
        if not path.parent.is_dir():
            raise UsageError(f"--out {path}: there is no folder {path.parent}")
        if path.exists() and Path(arguments.suppliers).exists() and path.samefile(arguments.suppliers):
            raise UsageError(f"--out {path}: is the table itself; name another file")
    if len({path.absolute() for path in arguments.out}) < len(arguments.out):
        raise UsageError("--out: one file is named twice")
    if any(path.suffix.lower() == ".xlsx" for path in arguments.out):
        _or_usage(openpyxl)
    if arguments.evidence is not None and arguments.evidence.exists() and not arguments.evidence.is_dir():
        raise UsageError(f"--evidence {arguments.evidence}: is no folder")


def _or_usage(do: Callable[[], object]) -> None:
    try:
        do()
    except XlsxMissingError as error:
        raise UsageError(str(error)) from None


def _table(arguments: argparse.Namespace, policy: Policy | None) -> tuple[Table, Columns]:
    name = printable(arguments.suppliers, longest=80)
    if arguments.suppliers == "-":
        data = sys.stdin.buffer.read(MAX_FILE + 1)
    else:
        with Path(arguments.suppliers).open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    try:
        source = f"{Path(name).name}  SHA-256 {sha256(data).hexdigest()}"
        table = replace(read_table(data, sheet=arguments.sheet), source=source)
        until = None if policy is None else policy.valid_until_column
        return table, find_columns(
            table, said=read_said(arguments.columns), until=until, header_row=arguments.header
        )
    except SheetError as error:
        where = f", row {error.row}" if error.row else ""
        raise UsageError(f"{name}{where}: {error.reason}: {error.detail}") from error
    except (ColumnError, XlsxMissingError) as error:
        raise UsageError(f"{name}: {error}") from error


def _opening(
    arguments: argparse.Namespace, store: AnchorStore, *, policy: Policy | None, at: datetime | date | None
) -> Opening:
    anchor, state = asked_anchor(arguments, store)
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
    max_age = None if arguments.max_age is None else parse_duration(arguments.max_age)
    bundle = arguments.bundle
    if bundle is None:
        bundle, max_age = _kept(arguments, store, anchor, max_age)
    return Opening(
        bundle=bundle,
        anchor=anchor,
        state=state,
        partners=_partners(arguments),
        at=at,
        policy=policy,
        max_age=max_age,
        clock=clock,
    )


def _kept(
    arguments: argparse.Namespace, store: AnchorStore, anchor: str, max_age: int | None
) -> tuple[Path, int | None]:
    """Give the register to judge from: fetched whole and kept, or, offline, the one that was kept."""
    if arguments.offline:
        path = kept_path(store.folder, anchor)
        if not path.is_file():
            raise UsageError(
                "--offline: no register is kept yet; name one with --bundle, or run once without --offline"
            )
        return path, max_age
    chain = store.find_chain(anchor)
    sources = sources_of(arguments.registry, chain)
    if not sources:
        raise UsageError("name --registry URL, whose whole register is fetched, or --bundle FILE")
    try:
        with progress() as say:
            path = kept_register(
                sources, anchor=anchor, chain=chain, folder=store.folder, say=say, refused=say_refused
            )
    except FetchError as error:
        is_kept = kept_path(store.folder, anchor).exists()
        hint = "; --offline judges from the register that is kept" if is_kept else ""
        raise FetchError(f"{error}{hint}") from error
    return path, min([ONLINE_MAX_AGE, *([] if max_age is None else [max_age])])


def _partners(arguments: argparse.Namespace) -> tuple[Path, ...]:
    found = []
    for text in arguments.partner:
        scheme, equals, place = text.partition("=")
        if not scheme or not equals or not place or "://" in place:
            raise UsageError(
                f"--partner {text}: write SCHEME=FILE with a bundle of the partner's register "
                "(akashi bundle fetch): a partner is not told either about whom is asked"
            )
        found.append(Path(place))
    return tuple(found)


def _empty(check: Check, table: Table, columns: Columns) -> Checked:
    scheme, newest = check.chain.current.scheme, check.view.newest_list
    head = max(check.view.heads, key=lambda one: one.place)
    facts = RegisterFacts(
        scheme=scheme.id,
        names=scheme.names,
        anchor=check.chain.anchor,
        trust_version=check.chain.current.version,
        origin=head.checkpoint.origin,
        size=head.checkpoint.size,
        as_of=None if newest is None else newest.as_of,
        offset=scheme.offset,
        variant=check.archive.manifest.variant,
    )
    return Checked(table=table, columns=columns, results=(), register=facts, made=int(clock()))


def _evidence(folder: Path, check: Check, results: Sequence[RowResult], lang: str) -> dict[int, str]:
    """Write evidence and say of which rows there is none. Raises OSError."""
    named, refused = write_evidence(folder, check, results)
    said = phrase("evidence-written", lang, count=len(set(named.values())), folder=printable(str(folder)))
    print(f"akashi: {said}", file=sys.stderr)
    for row, detail in refused.items():
        said = phrase("no-evidence", lang, row=row, detail=printable(detail))
        print(f"akashi: {said}", file=sys.stderr)
    return named
