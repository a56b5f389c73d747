"""The mark in a QR code: what readers refuse, what writers write, and that cameras read it."""

import csv
import hashlib
import random
import tracemalloc
import zlib
from pathlib import Path

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from forge.in_node import needs_node, run_in_node
from schemas import qr
from schemas.errors import MalformedError, TooLargeError
from schemas.mark_number import BadMarkNumberError, MarkNumber
from schemas.qr import DICTIONARY_1, Found, from_digits, read, segments, to_digits, to_url

NUMBER = MarkNumber.from_text("7K3Q9XWD29")
HOST = "https://akashi.example"
# The parts of a mark that matter here: known words, and bytes nobody can foresee.
MARK = (
    b"\xd2\x84\x58\x23\xa3\x01\x32\x04\x48"
    + random.Random(1).randbytes(8)
    + b"\x10\x74application/mark+cwt\xa0\x59\x01\x00\xa7\x02\x720188:7000012050002"
    + "株式会社山本電機製作所Yamamoto Electric Works Co., Ltd.全社の情報システム、ネットワーク及びクラウドサービス".encode()
    + random.Random(2).randbytes(64)
)

# Written when dictionary no. 1 was published. Never to be regenerated: paper is not.
PRINTED = "1217107260705494745481984"


def packed(form: int, data: bytes) -> str:
    return str(int.from_bytes(bytes((1, form)) + data, "big"))


def deflate(mark: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY_1)
    return packer.compress(mark) + packer.flush()


def deflate_open(mark: bytes) -> bytes:
    """Complete output, but the last block does not say that it is the last."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY_1)
    return packer.compress(mark) + packer.flush(zlib.Z_SYNC_FLUSH)


# --- the dictionary is for ever --------------------------------------------------------------------------


def test_the_dictionary_is_the_published_one() -> None:
    assert (
        hashlib.sha256(DICTIONARY_1).hexdigest()
        == "1ef4aaf51eaada361856f1d2c022775be1fa646c4f2e9a3372110681f5077834"
    )
    assert len(DICTIONARY_1) <= 4096


def test_the_dictionary_names_no_operators_host() -> None:
    assert b".example" not in DICTIONARY_1
    # after its one "https://" comes the head of another claim, 0x72 and a GLN's ICD
    assert DICTIONARY_1.count(b"://") == 1
    assert b"https://\x720088:" in DICTIONARY_1


def test_digits_written_with_the_published_dictionary_are_read_for_ever() -> None:
    assert (
        from_digits(PRINTED) == b"\xd2application/mark+cwt \xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a\xe7\xa4\xbe"
    )


# --- named near-misses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param("", id="empty"),
        pytest.param("0", id="zero"),
        pytest.param("0" + packed(0, MARK), id="a leading zero"),
        pytest.param("+" + packed(0, MARK), id="a sign"),
        pytest.param(" " + packed(0, MARK), id="a blank"),
        pytest.param(packed(0, MARK) + "\n", id="a line feed"),
        pytest.param(packed(0, MARK)[:40] + "_" + packed(0, MARK)[40:], id="an underscore int() would skip"),
        pytest.param(packed(0, MARK)[:40] + "１" + packed(0, MARK)[41:], id="a full-width digit"),
        pytest.param(packed(0, MARK)[:40] + "٣" + packed(0, MARK)[41:], id="an Arabic digit"),
        pytest.param(packed(0, MARK)[:40] + "²" + packed(0, MARK)[41:], id="a superscript"),
        pytest.param("1", id="01 alone"),
        pytest.param(packed(0, b""), id="form 0 of nothing"),
        pytest.param(packed(1, b""), id="form 1 without a block"),
        pytest.param(packed(1, deflate(b"")), id="form 1 of nothing"),
        pytest.param(packed(2, MARK), id="form 2, not yet known"),
        pytest.param(packed(255, MARK), id="form 255"),
        pytest.param(str(int.from_bytes(b"\2\0" + MARK, "big")), id="first byte 02"),
        pytest.param(str(int.from_bytes(b"\0\1" + MARK, "big")), id="first byte 00, form taken for it"),
        pytest.param(packed(1, deflate(MARK) + b"\0"), id="a byte after the final block"),
        pytest.param(packed(1, deflate(MARK) + deflate(b"")), id="a second stream"),
        pytest.param(packed(1, deflate(MARK)[:-1]), id="the last byte missing"),
        pytest.param(packed(1, deflate_open(MARK)), id="no final block"),
        pytest.param(packed(1, zlib.compress(MARK)), id="zlib's frame around it"),
        pytest.param(packed(1, b"\x07"), id="block type 3"),
        pytest.param(packed(1, deflate(bytes(1025))), id="form 1 of 1,025 bytes"),
        pytest.param(packed(1, deflate(bytes(10**6))), id="a bomb"),
        pytest.param(packed(1, deflate(bytes(1025)) + b"\0"), id="a bomb with something behind"),
        pytest.param(packed(1, b"\x01\x05\x00\xff\xffhello"), id="a stored block whose lengths disagree"),
    ],
)
def test_a_near_miss_is_malformed(digits: str) -> None:
    with pytest.raises(MalformedError) as refused:
        from_digits(digits)
    assert refused.value.path == "qr"
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param(packed(0, bytes(1025)), id="form 0 of 1,025 bytes"),
        pytest.param("1" * 2481, id="2,481 digits"),
    ],
)
def test_what_is_too_large_is_named_so(digits: str) -> None:
    with pytest.raises(TooLargeError):
        from_digits(digits)


def test_a_code_that_would_fill_a_megabyte_is_given_up_at_the_bound() -> None:
    bomb = packed(1, deflate(bytes(1_000_000)))
    assert len(bomb) < qr.MAX_DIGITS
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError):
            from_digits(bomb)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_distance_beyond_the_dictionary_is_refused() -> None:
    # fixed block: length 3 (0000001), distance code 29 with 13 ones: 32,768 bytes back, where nothing is
    bits = "1" + "10" + "0000001" + "11101" + "1" * 13 + "0000000"
    data = int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")
    with pytest.raises(MalformedError):
        from_digits(packed(1, data))


# --- both forms ------------------------------------------------------------------------------------------


def test_writers_take_the_shorter_form_and_readers_either() -> None:
    assert to_digits(MARK) == min(packed(0, MARK), to_digits(MARK), key=len)
    assert len(to_digits(MARK)) < len(packed(0, MARK))
    noise = random.Random(3).randbytes(300)
    assert to_digits(noise) == packed(0, noise)
    for digits in (packed(0, MARK), packed(1, deflate(MARK)), to_digits(MARK)):
        assert from_digits(digits) == MARK


@pytest.mark.parametrize("mark", [b"\0", bytes(1024), random.Random(4).randbytes(1024), DICTIONARY_1[:1024]])
def test_marks_of_extreme_size_fit(mark: bytes) -> None:
    digits = to_digits(mark)
    assert len(digits) <= 2480
    assert from_digits(digits) == mark
    assert from_digits(packed(0, mark)) == mark


@pytest.mark.parametrize("mark", [b"", bytes(1025)])
def test_what_no_reader_would_take_is_not_written(mark: bytes) -> None:
    with pytest.raises(TooLargeError):
        to_digits(mark)


def test_a_browser_reads_it_with_the_dictionary_as_a_stored_block_in_front() -> None:
    size = len(DICTIONARY_1)
    stored = b"\0" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + DICTIONARY_1
    assert zlib.decompress(stored + deflate(MARK), -15)[size:] == MARK


@given(st.binary(min_size=1, max_size=1024))
def test_any_bytes_are_written_and_read_back(mark: bytes) -> None:
    assert from_digits(to_digits(mark)) == mark


@given(st.integers(0, 255), st.binary(max_size=200))
def test_any_data_is_read_within_bounds_or_refused(form: int, data: bytes) -> None:
    try:
        mark = from_digits(packed(form % 3, data))
    except MalformedError:
        return
    assert 0 < len(mark) <= 1024


@given(st.integers(0, len(MARK) * 8 - 1))
def test_a_flipped_bit_in_the_digits_never_breaks_the_reader(bit: int) -> None:
    data = int.from_bytes(deflate(MARK), "big") ^ (1 << bit % (len(deflate(MARK)) * 8))
    try:
        from_digits(packed(1, data.to_bytes(len(deflate(MARK)), "big")))
    except MalformedError:
        return


# --- text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (f"{HOST}/m/7K3Q9XWD29", "akashi.example"),
        (f"{HOST}/m/7K3Q9XWD29#", "akashi.example"),
        (f"{HOST}/m/7k3q9-xwd29/", "akashi.example"),
        (f" {HOST}/m/7K3Q9XWD29?lang=en&at=2026-01-01\n", "akashi.example"),
        ("http://127.0.0.1:8080/m/7K3Q9XWD29", "127.0.0.1"),
        ("HTTPS://AKASHI.EXAMPLE:443/m/7K3Q9XWD29", "akashi.example"),
        ("http://[::1]:8080/m/7K3Q9XWD29", "[::1]"),
        ("https://akashi.example.evil.example/m/7K3Q9XWD29", "akashi.example.evil.example"),
        ("https://証.example/m/7K3Q9XWD29", "証.example"),
    ],
)
def test_a_link_gives_number_and_host_and_with_digits_the_mark(text: str, host: str) -> None:
    assert read(text) == Found(number="7K3Q9XWD29", host=host, mark=None)
    if "#" not in text:
        with_mark = f"{text.strip()}#{to_digits(MARK)}"
        assert read(with_mark) == Found(number="7K3Q9XWD29", host=host, mark=MARK)


@pytest.mark.parametrize(
    "stands",
    [
        "%37K3Q9XWD29",
        "7k3q9%2Dxwd29",
        "%EF%BC%97K3Q9XWD29",
        "7K3Q9%20XWD29",
        "7K3Q9%E2%80%93XWD29",
        "%37%6b3q9xwd2%39",
    ],
)
def test_percent_encoding_in_the_number_of_a_link_is_taken_off_once(stands: str) -> None:
    assert read(f"{HOST}/m/{stands}").number == str(NUMBER)
    assert read(f"{HOST}/m/{stands}#{to_digits(MARK)}") == Found(
        number=str(NUMBER), host="akashi.example", mark=MARK
    )


def test_digits_alone_and_a_number_alone_are_told_apart() -> None:
    assert read(to_digits(MARK)) == Found(number=None, host=None, mark=MARK)
    assert read(" 7k3q9-xwd29 ") == Found(number="7K3Q9XWD29", host=None, mark=None)
    all_digits = next(
        str(MarkNumber(value=v)) for v in range(2**40, 2**41) if str(MarkNumber(value=v)).isdigit()
    )
    assert read(all_digits).number == all_digits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://akashi.example/",
        "https://akashi.example/m/",
        "https://akashi.example/o/7K3Q9XWD29",
        "https://akashi.example/x/m/7K3Q9XWD29",
        "https://akashi.example/m/7K3Q9XWD29/evidence",
        "https://akashi.example//m/7K3Q9XWD29",
        "https://akashi.example@evil.example/m/7K3Q9XWD29",
        "https://akashi.example:pass@evil.example/m/7K3Q9XWD29",
        "https://evil.example\\@akashi.example/m/7K3Q9XWD29",
        "https:///m/7K3Q9XWD29",
        "https://akashi.example:/m/7K3Q9XWD29",
        "https://akashi.example:1a/m/7K3Q9XWD29",
        "//akashi.example/m/7K3Q9XWD29",
        "ftp://akashi.example/m/7K3Q9XWD29",
        "https://akashi.example/m%2F7K3Q9XWD29",
        "https://akashi.example/m/%2537K3Q9XWD29",
        "https://akashi.example/m/7K3Q9XWD2%",
        "https://akashi.example/m/7K3Q9XWD2%3",
        "https://akashi.example/m/7K3Q9XWD%3G9",
        "https://akashi.example/m/7K3Q9XWD2%FF9",
        "https://akashi.example/m/7K3Q9XWD29%ED%A0%80",
        "https://akashi.example/m/7K3Q9XWD29%2Fevidence",
        "https://akashi.example/m/7K3Q9XWD29%23" + packed(0, MARK),
        "7K3Q9%2DXWD29",
        "javascript://akashi.example/m/7K3Q9XWD29",
        "see https://akashi.example/m/7K3Q9XWD29",
        "https://akashi.example/m/7K3Q9XWD29 and more",
        f"{HOST}/m/7K3Q9XWD28",
        f"{HOST}/m/7K3Q9XWD29#history",
        f"{HOST}/m/7K3Q9XWD29#0{packed(0, MARK)}",
        f"{HOST}/m/7K3Q9XWD29#{packed(2, MARK)}",
        f"{HOST}/m/7K3Q9XWD29#{packed(0, MARK)}#",
        f"{HOST}/m/7K3Q9XWD29#{packed(0, MARK)}\n1",
        "x" * 5000,
        "1" * 4097,
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read(text)


def test_a_mistyped_number_alone_is_refused_as_such() -> None:
    with pytest.raises(BadMarkNumberError) as refused:
        read(f"{HOST}/m/7K3Q9XWD28")
    assert refused.value.is_check_wrong


@pytest.mark.parametrize("stands", ["7K3Q9XWD28", "hello", "0", "%37K3Q9XWD28", "7K3Q9XWD2%", "%FF"])
def test_beside_a_mark_a_wrong_number_is_kept_to_be_named_a_mismatch(stands: str) -> None:
    assert read(f"{HOST}/m/{stands}#{to_digits(MARK)}") == Found(
        number=stands, host="akashi.example", mark=MARK
    )


def links(seed: int) -> list[str]:
    """Genuine links spelt otherwise, and near misses of them."""
    chance = random.Random(seed)
    found = []
    for _ in range(3000):
        stands = "".join(
            f"%{ord(one):02x}" if chance.random() < 0.2 else one
            for one in chance.choice(["7K3Q9XWD29", "7k3q9-xwd29"])
        )
        host = chance.choice(["akashi.example", "[::1]", "AKASHI.example", "a%62.example"])
        if chance.random() < 0.1:
            host = chance.choice(["a@akashi.example", "a:b@c", ""])
        port = chance.choice(["", ":443", ":80"] if chance.random() < 0.9 else [":", ":123456", ":4a"])
        rest = chance.choice(["", "/", "?a=b", "/?a#", "#", "?", f"#{packed(0, MARK)}"])
        if chance.random() < 0.1:
            rest = chance.choice(["//", "/x", "#1", "%2F", "/#x"])
        scheme, folder = chance.choice(["https", "HTTP", "http", "ftp"]), chance.choice("mmmM")
        text = f"{scheme}://{host}{port}/{folder}/{stands}{rest}"
        if chance.random() < 0.5:
            place = chance.randrange(len(text))
            text = text[:place] + chance.choice("%/?#@:-%37E2F\\") + text[place + chance.randrange(2) :]
        found.append(text)
    return found


@needs_node
def test_a_browser_reads_the_same_from_a_link(tmp_path: Path) -> None:
    program = """
        const { readText } = await import("./verifier/code.js");
        answer = [];
        for (const text of given) {
          try {
            const { number, host, mark } = await readText(text, new Uint8Array(0));
            answer.push([number, host, mark === null]);
          } catch (error) {
            if (error.reason === undefined) throw error;
            answer.push(error.reason);
          }
        }
    """
    texts = links(1)
    ours: list[object] = []
    for text in texts:
        try:
            found = read(text)
            ours.append([found.number, found.host, found.mark is None])
        except MalformedError as error:
            ours.append("too-large" if isinstance(error, TooLargeError) else "malformed")
    theirs = run_in_node(tmp_path, program, texts)
    assert [one for one in zip(texts, ours, theirs, strict=True) if one[1] != one[2]] == []
    assert sum(type(one) is list for one in ours) > 300


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (
        text,
        f"{HOST}/m/{text}",
        f"{HOST}/m/7K3Q9XWD29#{text}",
        f"https://{text}/m/7K3Q9XWD29",
    ):
        try:
            read(candidate)
        except MalformedError:
            continue


@given(st.binary(min_size=1, max_size=600), st.sampled_from([HOST, HOST + "/", "http://127.0.0.1:8080"]))
def test_what_is_written_as_a_link_is_read_from_it(mark: bytes, base: str) -> None:
    found = read(to_url(base, NUMBER, mark))
    assert (found.number, found.mark) == (str(NUMBER), mark)
    assert read(to_url(base, NUMBER, None)).mark is None


@pytest.mark.parametrize(
    "base", ["akashi.example", "https://akashi.example/x", "https://a@b.example", "https://a.example/?q", ""]
)
def test_a_link_is_written_only_on_scheme_and_host(base: str) -> None:
    with pytest.raises(ValueError, match="a link starts with"):
        to_url(base, NUMBER, None)


# --- pixels ----------------------------------------------------------------------------------------------


def code_for(url: str) -> qrcode.QRCode:
    link, digits = segments(url)
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=4, border=4)
    code.add_data(QRData(link, mode=MODE_8BIT_BYTE), optimize=0)
    if digits:
        code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    code.make(fit=True)
    return code


@pytest.mark.parametrize("mark", [MARK, random.Random(5).randbytes(700), None])
def test_a_camera_reads_the_link_back_from_pixels(mark: bytes | None) -> None:
    url = to_url(HOST, NUMBER, mark)
    image = code_for(url).make_image().get_image().convert("L")
    seen = zxingcpp.read_barcodes(image)
    assert [one.text for one in seen] == [url]
    assert read(seen[0].text) == Found(number=str(NUMBER), host="akashi.example", mark=mark)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 900), seed=st.integers(0, 9))
def test_the_code_is_as_small_as_the_standard_allows(vectors: Path, size: int, seed: int) -> None:
    url = to_url(HOST, NUMBER, random.Random(seed).randbytes(size))
    link, digits = segments(url)
    with (vectors / "qr-capacity" / "qr_capacity.csv").open() as table:
        capacity = {
            int(row["version"]): int(row["data_bits"]) for row in csv.DictReader(table) if row["ecc"] == "M"
        }
    smallest = next(
        version for version, bits in capacity.items() if _bits(version, len(link), len(digits)) <= bits
    )
    assert code_for(url).version == smallest


def _bits(version: int, link: int, digits: int) -> int:
    byte_count, digit_count = (8, 10) if version < 10 else (16, 12) if version < 27 else (16, 14)
    return 4 + byte_count + 8 * link + 4 + digit_count + digits // 3 * 10 + (0, 4, 7)[digits % 3]


def test_the_longest_mark_fits_one_code_at_error_correction_m() -> None:
    assert code_for(to_url(HOST, NUMBER, random.Random(6).randbytes(qr.MAX_MARK))).version <= 29
