"""Whatever a person hands over is read as what it is, or refused with what would be right."""

import io
from pathlib import Path

import pytest

from forge.scene import Scene
from schemas.qr import Found
from verifier.inputs import Input, Unreadable, files_in, read_file, read_input, read_stream


def one(text: str | bytes) -> Input | Unreadable:
    [found] = read_stream(io.BytesIO(text)) if isinstance(text, bytes) else read_input(text)
    return found


def refused(text: str | bytes) -> Unreadable:
    found = one(text)
    assert isinstance(found, Unreadable)
    return found


def judged(text: str | bytes) -> Input:
    found = one(text)
    assert isinstance(found, Input)
    return found


def test_a_number_is_read_in_any_spelling(scene: Scene) -> None:
    number = scene.good.number
    for typed in (number, number.lower(), scene.good.claims.number.display, f" {number} "):
        assert judged(typed).found == Found(number=number, host=None, mark=None)


def test_a_link_and_its_digits_carry_the_mark(scene: Scene) -> None:
    link = scene.good.link()
    found = judged(link).found
    assert found == Found(number=scene.good.number, host="akashi.example", mark=scene.good.raw)
    assert judged(link.partition("#")[2]).found == Found(number=None, host=None, mark=scene.good.raw)


@pytest.mark.parametrize(
    "template", ["{}", "https://akashi.example/m/{}", "https://akashi.example/m/{}?lang=ja"]
)
def test_a_mistyped_number_is_refused_with_what_was_perhaps_meant(scene: Scene, template: str) -> None:
    number = scene.good.number
    swapped = number[:1] + number[2] + number[1] + number[3:]
    assert swapped != number
    problem = refused(template.format(swapped))
    assert problem.reason == "bad-mark-number"
    assert number in problem.detail


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "https://akashi.example/",
        "https://akashi.example/o/1",
        "x" * 5000,
        "a\0b",
    ],
)
def test_what_is_neither_file_nor_code_is_refused(text: str) -> None:
    assert refused(text).reason == "no-code"


@pytest.mark.parametrize("text", ["nothing.cwt", "/m/x", "./7K3Q9XWD29", "no/such/file", "/etc/hosts/x"])
def test_what_is_written_as_a_file_and_is_none_is_said_to_be_missing(text: str) -> None:
    assert refused(text).reason == "unreadable-file"


def spellings_of_values(scene: Scene) -> dict[str, str]:
    number, digits = scene.good.number, scene.good.link().partition("#")[2]
    mistyped = number[:1] + number[2] + number[1] + number[3:]
    return {
        "number": number,
        "small letters": number.lower(),
        "as shown": scene.good.claims.number.display,
        "a long dash": f"{number[:5]}\u2014{number[5:]}",
        "full width": "".join(chr(ord(one) + 0xFEE0) for one in number),
        "blanks around": f" {number} ",
        "mistyped": mistyped,
        "digits of a code": digits[:200],
        "few digits": "12345",
        "a corporate number": "7000012050002",
        "an anchor": "0123456789abcdef" * 4,
        "an anchor cut short": "0123456789ABCDEF" * 3,
        "a blank": " ",
    }


def test_what_reads_as_a_number_or_digits_is_never_a_file_of_that_name(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bait = scene.world.evidence(scene.ended)
    for name, text in spellings_of_values(scene).items():
        before = one(text)
        Path(text).write_bytes(bait)
        after = one(text)
        assert type(after) is type(before), name
        if isinstance(before, Input):
            assert after == before, name
        else:
            assert isinstance(after, Unreadable)
            assert f"./{text}" in after.detail, name
        assert judged(f"./{text}").evidence == bait, name
        Path(text).unlink()


def test_what_reads_as_a_number_is_never_a_folder_of_that_name(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bait").write_bytes(scene.ended.raw)
    assert files_in("") is None  # the working folder, to `Path`
    for name, text in spellings_of_values(scene).items():
        Path(text).mkdir()
        assert files_in(text) is None, name
        assert list(files_in(f"./{text}") or ["none"]) == [], name
        Path(text).rmdir()


def test_a_link_is_never_a_file(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    link = f"https://akashi.example/m/{scene.good.number}"
    path = tmp_path / "https:" / "akashi.example" / "m" / scene.good.number
    path.parent.mkdir(parents=True)
    path.write_bytes(scene.ended.raw)
    assert judged(link).found == Found(number=scene.good.number, host="akashi.example", mark=None)
    assert judged(f"./{link}").found == scene.ended.raw
    assert files_in("https://akashi.example/m") is None


def test_files_of_a_folder_are_files_whatever_their_names(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / scene.good.number).write_bytes(scene.ended.raw)
    [inside] = files_in(".") or []
    [found] = read_file(inside)
    assert isinstance(found, Input)
    assert found.found == scene.ended.raw


def test_a_line_of_a_list_is_never_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mark.cwt"
    path.write_bytes(b"x")
    [found] = read_stream(io.BytesIO(str(path).encode()))
    assert isinstance(found, Unreadable)


def test_a_name_that_leads_nowhere_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("evidence").symlink_to("gone")
    assert refused("./evidence").reason == "unreadable-file"
    Path("gone").write_text("certified")
    assert refused("evidence").reason == "no-code"  # what is in it


def test_a_number_far_too_long_in_a_link_is_refused_and_not_guessed_at() -> None:
    assert refused("https://akashi.example/m/" + "7" * 100).reason == "no-code"


@pytest.mark.parametrize("text", ["99999999999", "https://akashi.example/m/7K3Q9XWD29#12345"])
def test_a_code_that_is_not_right_is_judged_and_not_refused(text: str) -> None:
    assert judged(text).found == text


def test_a_file_is_read_by_its_content(scene: Scene, tmp_path: Path) -> None:
    contents = {
        "mark.cwt": (scene.good.raw, scene.good.raw),
        "link.txt": (scene.good.link().encode() + b"\r\n", _link(scene)),
        "bom.txt": (b"\xef\xbb\xbf" + scene.good.link().encode(), _link(scene)),
        "powershell.txt": (scene.good.link().encode("utf-16"), _link(scene)),
        "rubbish.bin": (b"\x84\xff\xfe\x00", b"\x84\xff\xfe\x00"),
    }
    for name, (data, expected) in contents.items():
        path = tmp_path / name
        path.write_bytes(data)
        found = judged(str(path))
        assert (found.label, found.found, found.evidence) == (str(path), expected, None)


def _link(scene: Scene) -> Found:
    return Found(number=scene.good.number, host="akashi.example", mark=scene.good.raw)


def test_a_number_that_looks_like_the_start_of_a_picture_stays_a_number(tmp_path: Path) -> None:
    path = tmp_path / "number.txt"
    path.write_text("BM00000000")  # BM opens a bitmap
    assert refused(str(path)).reason == "bad-mark-number"


def test_evidence_brings_its_own_proof(scene: Scene) -> None:
    evidence = scene.world.evidence(scene.good)
    assert judged(evidence).evidence == evidence


def test_a_bundle_is_no_mark(scene: Scene) -> None:
    assert refused(scene.world.bundle()).reason == "is-a-bundle"
    assert refused(scene.world.register()).reason == "is-a-bundle"


def test_a_damaged_file_of_evidence_is_named_and_not_judged(scene: Scene) -> None:
    found = one(scene.world.evidence(scene.good)[:-5])
    assert isinstance(found, Unreadable)
    assert found.reason == "unreadable-file"


def test_a_wrong_line_does_not_hide_the_others(scene: Scene) -> None:
    text = f"{scene.good.number}\n\n  nonsense \n{scene.ended.number}\n"
    found = read_stream(io.BytesIO(text.encode()))
    assert [type(each) for each in found] == [Input, Unreadable, Input]
    assert [each.label for each in found] == [scene.good.number, "nonsense", scene.ended.number]


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_nothing_is_refused(data: bytes) -> None:
    assert refused(data).reason == "no-code"


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked"
    path.write_text("x")

    def locked(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    assert refused(str(path)) == Unreadable(
        label=str(path), reason="unreadable-file", detail="Permission denied"
    )


def test_more_than_any_input_may_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.inputs.MAX_FILE", 10)
    assert refused(bytes(11)).reason == "too-large"


def test_a_folder_is_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.akashi", "a.cwt", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "below").mkdir()
    inside = files_in(str(tmp_path))
    assert inside is not None
    assert [path.name for path in inside] == ["a.cwt", "b.akashi"]
    assert files_in(str(tmp_path / "a.cwt")) is None
    assert files_in("7K3Q9-XWD29\0") is None


def test_a_report_is_no_pile_of_broken_marks(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("<!doctype html>\n<p>https://x.example/m/1#2</p>\n", "utf-8")
    [one] = read_input(str(tmp_path / "r.html"))
    assert isinstance(one, Unreadable)
    assert "evidence" in one.detail


def test_a_file_that_was_cut_says_nothing_of_the_mark_in_it(tmp_path: Path) -> None:
    (tmp_path / "cut.akashi").write_bytes(b"PK\x03\x04" + bytes(2000))
    [one] = read_input(str(tmp_path / "cut.akashi"))
    assert isinstance(one, Unreadable)
    assert one.reason == "unreadable-file"
