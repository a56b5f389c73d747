"""What somebody scans, types or pastes: marks' links, digits and numbers, organisations' numbers, names of lists."""

from collections.abc import Iterator
from random import Random

from differential.asked import Question
from differential.edits import BLANKS
from forge.vectors import published
from schemas.mark_number import ALPHABET
from schemas.organisation_id import _SCHEMES as KINDS
from schemas.qr import to_digits

__all__ = ["list_names", "numbers", "organisations", "texts"]

HOSTS = (
    *(
        "akashi.example",
        "AKASHI.example",
        "a\u212aashi.example",
        "\u0130.example",
        "\u0131.example",
        "stra\u00dfe.example",
    ),
    *(
        "\uff41kashi.example",
        "xn--akashi.example",
        "127.0.0.1",
        "[::1]",
        "[::1%25eth0]",
        "[]",
        "host name",
        "a\u00a0b",
    ),
    *(
        "user@akashi.example",
        "user:pass@akashi.example",
        "akashi.example:8080",
        "akashi.example:",
        "a\u200bb",
        "a\x85b",
    ),
    *(
        "akashi.example:123456",
        "akashi.example:\uff11",
        "a\\b",
        "",
        ".",
        "a..b",
        "\u03a3\u03a3",
        "\ufeffakashi.example",
        "a\x1c",
    ),
)
SCHEMES = (
    "https",
    "http",
    "HTTPS",
    "http\u017f",
    "HTTP\u017f",
    "ftp",
    "\uff48ttps",
    "httpss",
    "",
    "https\u2028",
)
AFTER = (
    *(
        "/",
        "//",
        "?",
        "?a=b",
        "/?x#",
        "#",
        "#0",
        "#01",
        "?\u00a0",
        "?\x1c",
        "?\ufeff",
        "#\n",
        "#\uff11",
        "/evidence",
    ),
    *(".", "%23"),
)
TWINS = "oOiIlLuU0189bBsSzZ-_\u2010\u2015\u30fc\uff0d\uff70\ufe63\uff3f\u2212 \u3000\uff2f\uff4f\u24ea\u2160\u017f\u0131\u0130\u212a\uff10"


def bent(text: str, random: Random, alphabet: str = TWINS) -> str:
    """Give the text with a character put in, taken out, doubled or replaced, or with blanks at an end."""
    place, kind = random.randrange(len(text) + 1), random.randrange(8)
    character: str = random.choice((*BLANKS, *alphabet))
    if kind == 0:
        return text[:place] + character + text[place:]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + character + text[place + 1 :]
    if kind == 3:
        return character * random.randrange(1, 3) + text
    if kind == 4:
        return text + character * random.randrange(1, 3)
    if kind == 5:
        return "".join(
            chr(ord(one) + 0xFEE0) if "!" <= one <= "~" and random.random() < 0.3 else one for one in text
        )
    if kind == 6:
        return text.swapcase()
    return text[:place] + text[max(0, place - 2) :]


def texts(random: Random) -> Iterator[Question]:
    """Links, digits and numbers, honest and bent, without end."""
    _, mark = published()
    while True:
        yield {"ask": "read", "reader": "text", "given": _text(mark.raw, mark.number, random)}


def _text(mark: bytes, number: str, random: Random) -> str:
    digits = random.choice(
        (to_digits(mark), str(int.from_bytes(b"\1\0" + mark, "big")), _other_digits(mark, random))
    )
    named = random.choice((number, number.lower(), f"{number[:5]}-{number[5:]}", bent(number, random)))
    link = f"{random.choice(SCHEMES[:3])}://akashi.example/m/{named}"
    text = random.choice(
        (digits, named, link, f"{link}#{digits}", f"{link}?a=1#{digits}", f"{link}/#{digits}")
    )
    for _ in range(random.randrange(3)):
        kind = random.randrange(9)
        if kind == 0:
            text = text.replace("https", random.choice(SCHEMES), 1)
        elif kind == 1:
            text = text.replace("akashi.example", random.choice(HOSTS), 1)
        elif kind == 2:
            text += random.choice(AFTER)
        elif kind == 3:
            text = random.choice(BLANKS) + text + random.choice(("", *BLANKS))
        elif kind == 4:
            text += random.choice((" ", "\U00020000", "0", "1", "x")) * random.choice(
                (1, 54, 55, 64, 2049, 4096)
            )
        elif kind == 5:
            text = text.replace("/m/", random.choice(("/M/", "/m//", "/m/%", "/x/m/", "/m/m/", "\\m\\")), 1)
        else:
            text = bent(text, random)
    return text


def _other_digits(mark: bytes, random: Random) -> str:
    packed = bytearray(int(to_digits(mark)).to_bytes(1024, "big").lstrip(b"\0"))
    kind = random.randrange(6)
    if kind == 0:
        packed[random.randrange(len(packed))] ^= 1 << random.randrange(8)
    elif kind == 1:
        packed += bytes(random.randrange(1, 4))
    elif kind == 2:
        del packed[random.randrange(3, len(packed)) :]
    elif kind == 3:
        packed[1] = random.randrange(256)
    elif kind == 4:
        packed[2:] = random.choice((b"", b"\0", b"\x03\0", random.randbytes(20), bytes(1020), bytes(1023)))
    return (
        str(int.from_bytes(packed, "big"))
        if random.random() < 0.9
        else "0" + str(int.from_bytes(packed, "big"))
    )


def numbers(random: Random) -> Iterator[Question]:
    """Numbers of marks as people write them, without end."""
    while True:
        text = (
            "".join(random.choices(ALPHABET, k=random.choice((10, 10, 10, 9, 11))))
            if random.random() < 0.2
            else "7K3Q9-XWD29"
        )
        for _ in range(random.randrange(3)):
            text = bent(text, random)
        yield {"ask": "read", "reader": "number", "given": text}


def organisations(random: Random) -> Iterator[Question]:
    """Organisations' numbers of every kind, most of them with a right form, about one in twenty right, without end."""
    while True:
        kind = random.choice((*KINDS, "0189", "", "188"))
        size = {
            "0199": 20,
            "0188": 13,
            "0088": 13,
            "0009": 14,
            "0151": 11,
            "0007": 10,
            "0208": 10,
            "0184": 8,
        }.get(kind, 9)
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if kind == "0199" else "0123456789"
        value = "".join(random.choices(letters, k=size))
        if kind == "0009" and random.random() < 0.4:
            value = f"356000000{value[9:]}"
        if random.random() < 0.1:
            value = random.choice("01") + "0" * (size - 2) + random.choice(letters)
        if kind == "0199":
            value = value[:18] + "".join(random.choices("0123456789", k=2))
        for other in (
            [value, *_last_digits(value)]
            if random.random() < 0.5
            else [bent(value, random, "0189OlI\uff11\u0661")]
        ):
            yield {
                "ask": "read",
                "reader": "organisation",
                "given": f"{kind}{':' if random.random() < 0.97 else ';'}{other}",
            }


def _last_digits(value: str) -> Iterator[str]:
    """Every other first and last digit: one of ten is right, whichever of them checks."""
    for digit in "0123456789":
        yield value[:-1] + digit
        yield digit + value[1:]


def list_names(random: Random) -> Iterator[Question]:
    """Names of status lists, without end."""
    while True:
        text = f"https://{random.choice(('akashi.example', 'a', '-.', 'A.b'))}/status/{random.choice(('a', 'abcd', 'abcde', 'A'))}/"
        text += random.choice(("0", "1", "00", "01", "999999999", "1234567890", "\uff11", ""))
        yield {
            "ask": "read",
            "reader": "listName",
            "given": bent(text, random) if random.random() < 0.5 else text,
        }
