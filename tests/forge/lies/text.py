"""Text inside a mark (docs/format.md §0): what a name may be made of, names that mix scripts, and words of a scope."""

from dataclasses import replace
from hashlib import sha256

from forge.trust_documents import note, text_of
from forge.vectors import UNASKED, Book
from forge.world import ISSUED, NOW, World, first_document, sign
from schemas import cbor
from schemas.times import HOUR

FACTS = -65537
HONEST = {
    "thai": ("บริษัท ตัวอย่าง (ไทยแลนด์) จำกัด", "Tua Yang (Thailand) Co., Ltd."),
    "arabic": ("شركة المِثَال للتِّقْنِيَة", "Al Mithal Technology Company"),
    "hebrew": ("חֶבְרַת הַדֻּגְמָה בע״מ", "Dugma Company Ltd."),
    "devanagari": ("उदाहरण प्रौद्योगिकी प्राइवेट लिमिटेड", "Udaharan Technology Private Limited"),
    "vietnamese": ("Công ty Trách nhiệm Hữu hạn Ví dụ Điện tử", None),
    "khmer": ("ក្រុមហ៊ុន ឧទាហរណ៍", "Utahor Company"),
    "old-form": ("葛\U000e0100城・神\ufe00戸製作所", "Katsuragi Kobe Works"),
    "old-letters": ("株式会社みほん\U0001fae0", "Mihon Co., Ltd."),  # U+1FAE0, of 14.0 itself
}
BENT = {
    "newer-edition": ("The name holds a letter that Unicode has had since 15.0.", "ಕಂಪನಿ\u0cf3"),
    "newer-letter": ("The name holds a letter that Unicode has had since 16.0.", "\u1c89 株式会社みほん"),
    "newer-composition": (
        "Two characters that the NFC of Unicode 16.0 makes one of, and that of 15.0 does not.",
        "\U000105d2\u0307 株式会社みほん",
    ),
    "unassigned": ("The name holds a code point that no edition has assigned.", "株式会社\u0378みほん"),
    "blank-letter": ("A braille cell without a dot stands in the name.", "株式会社\u2800みほん"),
    "blank-name": ("The name is two wide spaces.", "\u3000\u3000"),
    "lone-mark": ("The name begins with a mark that has nothing to stand on.", "\u0301株式会社みほん"),
    "mark-on-space": ("A mark stands on a space.", "株式会社 \u0e48みほん"),
    "heaped-marks": ("Five marks stand on one letter.", "株式会社x\u0323\u0324\u0325\u0301\u0302"),
    "mark-twice": ("The same mark stands twice on one letter, where it shows once.", "株式会社x\u0323\u0323"),
    "selector-of-letter": ("A selector nobody can see follows a Latin letter.", "株式会社A\ufe00kashi"),
}


def tell(book: Book) -> None:
    world = World()
    honest = {
        name: world.issue(name=text, name_latin=latin, statement_latin=None)
        for name, (text, latin) in HONEST.items()
    }
    mixed = world.issue(name="\u0410kashi Systems 株式会社", name_latin="Akashi Systems")
    posing = world.issue(name="\u0421\u041e\u0421\u0410", name_latin="SOSA")
    greek = world.issue(statement="Υποδομές ΟΔΟΣΑ, Hauptstraße", statement_latin=None)
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    file, anchor = world.bundle(), world.anchor
    for name, mark in honest.items():
        book.valid(f"valid-text-{name}", f"An honest name: {name}.", mark.raw, file, anchor=anchor)
    for name, (says, text) in BENT.items():
        claims = cbor.decode(honest["thai"].claims.to_bytes(), max_size=1024)
        claims[FACTS][5] = text
        raw = sign(cbor.encode(claims), "issuer-3")
        book.lie(
            f"malformed-text-{name}",
            says,
            raw,
            file,
            "malformed",
            anchor=anchor,
            notes=(),
            twin="valid-text-thai",
        )

    noted = (*UNASKED, "look-alike-scripts")
    book.valid(
        "valid-mixed-scripts",
        "The first letter of the name is Cyrillic.",
        mixed.raw,
        file,
        anchor=anchor,
        notes=noted,
    )
    book.valid(
        "valid-like-latin",
        "Every letter of the Cyrillic name has the shape of a Latin one.",
        posing.raw,
        file,
        anchor=anchor,
        notes=noted,
    )

    says = "Words of the scope, asked for in other cases: ß is ss, and a sigma is a sigma wherever it stands."
    for name, words in (("sigma", "οδος"), ("sharp-s", "HAUPTSTRASSE"), ("width", "ｈａｕｐｔ")):
        book.valid(
            f"valid-scope-{name}", says, greek.raw, file, anchor=anchor, policy={"scope_contains": words}
        )
    book.lie(
        "policy-scope-newer-letter",
        "Asked for are words with a letter that Unicode has had since 16.0, and that NFKC would make an H of.",
        greek.raw,
        file,
        "policy-scope",
        anchor=anchor,
        policy={"scope_contains": "\U0001ccddauptstraße"},
        twin="valid-scope-sharp-s",
    )

    document = text_of(first_document())
    bent = document.replace('"en":"Demonstration"', '"en":"Demonstration\u1c89"')
    assert bent != document
    contents = replace(world.contents, notes=[note(bent)])
    book.doubt(
        "trust-unavailable-newer-letter",
        "The trust document names its scheme with a letter that Unicode has had since 16.0.",
        greek.raw,
        world.bundle(contents=contents),
        "trust-unavailable",
        anchor=sha256(bent.encode()).hexdigest(),
        notes=(),
        twin="valid-scope-sigma",
    )
