"""What people see: the verdict first, in their language, on a page that holds no script and asks nobody else."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy import update

from forge.laid import Laid, holder
from forge.trust_documents import recognised
from forge.world import NOW, World, first_document
from registry.models import HeadRow
from schemas.mark_number import MarkNumber
from schemas.times import DAY
from verifier.report import Reason

REGISTRY = Path(__file__).parents[2] / "registry"
CATALOGUE = REGISTRY / "translations" / "ja" / "LC_MESSAGES" / "messages.po"
VOID = {"meta", "link", "img", "input", "br"}
DEMO = {"ja": "デモであり公式の登録簿ではありません", "en": "Demonstration, not an official register"}


class Page(HTMLParser):
    """A page as a reader meets it: elements in order, headings, text, links; `open` is what was left unclosed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and re.fullmatch("h[1-6]|span|a", self.open[-1]) and self.headings:
            level, words = self.headings[-1]
            if f"h{level}" in self.open:
                self.headings[-1] = (level, words + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def get(client: FlaskClient, path: str, *, status: int = 200, prefers: str = "en") -> Page:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": prefers})
    assert answer.status_code == status, answer.text[:500]
    assert answer.content_type == "text/html; charset=utf-8"
    return Page(answer.text)


def paths(full: Laid) -> list[str]:
    marks = [f"/m/{mark.number}" for mark in full.marks.values()]
    number = full.marks["valid"].number
    more = [
        f"/m/{number}?at=2026-10-25",
        "/",
        "/search",
        "/search?q=みほん",
        *("/meaning", "/statistics", "/scan", "/report-misuse", "/trust"),
        "/search?q=zzzz",
        "/search?level=4",
    ]
    return [*marks, *more, f"/o/{holder(1)}", "/problems/revoked", "/m/7K3Q9XWD29", "/nowhere"]


# ---------------------------------------------------------------- every page


def assert_own_scripts(page: Page) -> None:
    """Scripts only from files of this site, and nothing written into the page."""
    scripts = [
        one for one in page.all("script") if one.get("type") != "application/ld+json"
    ]  # data, never run
    assert all(re.fullmatch(r"/js/[a-z]+\.js", one["src"]) for one in scripts)
    assert not {attribute for one in scripts for attribute in one} - {"src", "type"}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_keeps_to_its_policy_and_can_be_read_by_everybody(
    full: Laid, client: FlaskClient, lang: str
) -> None:
    for path in paths(full):
        answer = client.get(
            f"{path}{'&' if '?' in path else '?'}lang={lang}", headers={"Accept": "text/html"}
        )
        page = Page(answer.text)
        assert page.open == [], path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert not {"style", "iframe", "object"} & {tag for tag, _ in page.elements}
        assert_own_scripts(page)
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            for name in ("src", "action"):
                assert not attributes.get(name) or re.match(r"/(?!/)", attributes[name]), (path, attributes)
            assert tag != "img" or "alt" in attributes
            is_name = attributes.get("rel") == "canonical"  # says the address, and loads nothing
            assert tag != "link" or is_name or attributes["href"].startswith("/")
        assert page.all("html") == [{"lang": lang}]
        assert page.all("a")[0] == {"class": "skip", "href": "#content"}
        levels = [level for level, _ in page.headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        labels = {attributes.get("for") for attributes in page.all("label")}
        assert all(one["id"] in labels for one in page.all("input") if one.get("type") != "hidden")
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert page.text.count(DEMO[lang]) == 2, path


def test_a_register_that_is_none_of_a_demonstration_does_not_say_so(full: Laid) -> None:
    full.settings = replace(full.settings, demonstration=False)
    assert DEMO["en"] not in get(full.client(), "/").text


def test_what_was_asked_for_in_the_address_wins_over_the_browser(client: FlaskClient) -> None:
    assert get(client, "/", prefers="ja").all("html") == [{"lang": "ja"}]
    assert get(client, "/?lang=en", prefers="ja").all("html") == [{"lang": "en"}]
    assert get(client, "/?lang=xx", prefers="fr").all("html") == [{"lang": "en"}]


def test_every_link_to_a_page_keeps_the_language(full: Laid, client: FlaskClient) -> None:
    files = re.compile(r"/(bundle|trust|api|static)|/m/.*/(qr|mark|evidence)|#")
    for path in (f"/m/{full.marks['superseded'].number}", "/search?q=みほん", f"/o/{holder(1)}"):
        page = get(client, f"{path}{'&' if '?' in path else '?'}lang=ja")
        links = [
            link["href"] for link in page.all("a") if not files.match(link["href"]) and "hreflang" not in link
        ]
        assert links
        assert all("lang=ja" in link for link in links if link.startswith("/"))
        kept = {"type": "hidden", "name": "lang", "value": "ja"}
        assert page.all("input").count(kept) == len(page.all("form"))


def test_the_language_links_never_lead_to_another_site(client: FlaskClient) -> None:
    page = get(client, "/nowhere?_external=1&_scheme=javascript&endpoint=x&lang=ja", status=404)
    answer = client.get(
        "/", headers={"Accept": "text/html"}, environ_overrides={"PATH_INFO": "//evil.example/x"}
    )
    links = [one["href"] for one in (*page.all("a"), *Page(answer.text).all("a"))]
    assert len(links) > 8
    assert all(re.match(r"/(?!/)|#|http://localhost/", link) for link in links)


# ---------------------------------------------------------------- a mark


@pytest.mark.parametrize(
    ("name", "kind", "english", "japanese"),
    [
        ("valid", "valid", "This mark is valid.", "このマークは有効です。"),
        ("reinstated", "valid", "This mark is valid.", "このマークは有効です。"),
        ("group", "valid", "This mark is valid.", "このマークは有効です。"),
        ("revoked", "invalid", "This mark is not valid. Revoked", "取消し済み"),
        ("suspended", "invalid", "This mark is not valid. Suspended", "一時停止中"),
        (
            "superseded",
            "invalid",
            "This mark is not valid. Replaced by another mark",
            "別のマークに切替え済み",
        ),
        ("expired", "invalid", "This mark is not valid. Expired", "期限切れ"),
        ("future", "invalid", "This mark is not valid. Not valid yet", "有効期間前"),
    ],
)
def test_the_verdict_comes_first_and_the_holder_right_under_it(
    full: Laid, client: FlaskClient, name: str, kind: str, english: str, japanese: str
) -> None:
    mark = full.marks[name]
    for lang, words in (("en", english), ("ja", japanese)):
        page = get(client, f"/m/{mark.number}?lang={lang}")
        assert words in page.headings[0][1]
        after = page.text[page.text.index(words) :]
        assert after.index(mark.claims.name) < after.index(mark.claims.holder.value) < 700
        assert page.all("svg")[0]["class"] == f"sign-{kind}"


def test_a_mark_that_ended_is_nowhere_called_valid(full: Laid, client: FlaskClient) -> None:
    for name in ("revoked", "suspended", "superseded", "expired", "future"):
        answer = client.get(f"/m/{full.marks[name].number}?lang=en", headers={"Accept": "text/html"})
        assert "This mark is valid" not in answer.text
        assert (
            'class="state valid"'
            not in answer.text.split("took its place")[-1].split("Level and coverage")[-1]
        )


def test_a_status_too_old_is_undetermined_and_says_why(full: Laid) -> None:
    full.now += 20 * DAY
    page = get(full.client(), f"/m/{full.marks['valid'].number}?lang=en")
    assert page.headings[0][1].startswith("Could not be determined")
    assert "details" in {tag for tag, attributes in page.elements if "open" in attributes}


def test_a_successor_is_shown_with_its_own_verdict(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['superseded'].number}?lang=en")
    assert "Another mark has taken its place" in page.text
    assert f"/m/{full.marks['successor'].number}?lang=en" in [link["href"] for link in page.all("a")]


def test_the_page_says_what_is_covered_and_what_is_not(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['group'].number}?lang=ja")
    for words in (
        "みほん子会社",
        "5010405001703",
        "ここに挙げられた組織だけ",
        "制御システム",
        "取引先・委託先",
        "段階4",
    ):
        assert words in page.text
    assert "supply chain" in get(client, f"/m/{full.marks['valid'].number}?lang=en").text


def test_all_seven_checks_are_named_with_their_outcome(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['revoked'].number}?lang=en")
    for words in ("Form of the mark", "Issuer", "Signature", "Period of validity", "Entry in the public log"):
        assert f"{words}: Passed" in page.text
    assert "Present status: Failed – Revoked" in page.text
    assert "Your own requirements: none were given" in page.text


def test_the_history_of_a_mark_stays(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['revoked'].number}?lang=ja")
    for words in ("経過", "取消し", "マークの不正な使用", "akashi.example/log1 #"):
        assert words in page.text


def test_another_day_is_answered_as_of_that_day(full: Laid, client: FlaskClient) -> None:
    number = full.marks["revoked"].number
    then = get(client, f"/m/{number}?lang=en&at=2026-10-25")
    assert then.headings[0][1].startswith("As of 25 October 2026: This mark was valid")
    assert get(client, f"/m/{number}?lang=en&at=2199-01-01").headings[0][1].endswith("Revoked")
    get(client, f"/m/{number}?at=yesterday", status=400)


def test_what_held_once_does_not_look_like_what_holds(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['revoked'].number}?lang=en&at=2026-10-25")
    classes = " ".join(attributes.get("class", "") for _, attributes in page.elements).split()
    assert "valid" not in classes
    assert page.text.index("Today: Revoked") < page.text.index("Holder of this mark")
    still = get(client, f"/m/{full.marks['valid'].number}?lang=en&at=2026-10-25")
    assert "Today: Valid" in still.text


def test_a_day_to_come_is_answered_with_today_and_says_so(full: Laid, client: FlaskClient) -> None:
    page = get(client, f"/m/{full.marks['valid'].number}?lang=en&at=2199-01-01")
    assert "is still to come" in page.text
    assert "2199" not in page.headings[0][1]


def test_a_page_is_the_same_a_minute_later(full: Laid) -> None:
    client, path = full.client(), f"/m/{full.marks['valid'].number}?lang=en"
    before = client.get(path, headers={"Accept": "text/html"}).data
    full.now += 60
    assert client.get(path, headers={"Accept": "text/html"}).data == before


def test_no_list_calls_a_mark_valid_whose_status_is_too_old(full: Laid) -> None:
    mark, client = full.marks["valid"], full.client()
    paths = (f"/search?lang=en&q={mark.claims.holder}", f"/o/{mark.claims.holder}?lang=en")
    assert all("sign-valid" in client.get(path).text for path in paths)
    full.now += 3 * DAY
    for path in paths:
        assert "sign-valid" not in client.get(path).text
        assert "Could not be determined" in client.get(path).text


def test_no_list_calls_a_mark_valid_that_its_own_page_does_not(lay: Callable[[World], Laid]) -> None:
    world = World()
    mark = world.issue(at=NOW - 10 * DAY)
    world.publish(NOW - 3600)  # ten days after it was signed
    client = lay(world).client()
    for path in (f"/m/{mark.number}", f"/search?q={mark.claims.holder}", f"/o/{mark.claims.holder}"):
        page = get(client, path)
        assert mark.claims.number.display in page.text
        assert not [one for one in page.elements if one[1].get("class") == "state valid"], path


def test_a_mark_that_ends_soon_says_so_beside_its_verdict(lay: Callable[[World], Laid]) -> None:
    world = World()
    mark = world.issue(at=NOW - DAY, exp=NOW + 10 * DAY)
    world.publish(NOW - 3600)
    text = get(lay(world).client(), f"/m/{mark.number}?lang=en").text
    assert text.index("This mark is valid.") < text.index("Ends soon") < text.index("Holder of this mark")


def test_a_mark_that_is_being_published_says_so(full: Laid) -> None:
    mark = full.marks["successor"]
    with full.sessions().begin() as session:
        session.execute(update(HeadRow).values(published_size=mark.index))
    page = get(full.client(), f"/m/{mark.number}?lang=ja")
    assert page.headings[0][1] == "公開手続き中"
    assert "有効です" not in page.text
    assert page.all("svg")[0]["class"] == "sign-pending"


def test_names_cannot_break_the_page(lay: Callable[[World], Laid]) -> None:
    world = World()
    hostile = "\"'><script>alert(1)</script>{{ 7*7 }}<b>"
    mark = world.issue(
        at=NOW - 10 * DAY, name=hostile, name_latin=None, statement="x" * 240, statement_latin=None
    )
    world.publish(NOW - 3600)
    client = lay(world).client()
    for path in (f"/m/{mark.number}", "/search?q=alert", f"/o/{mark.claims.holder}"):
        page = get(client, path)
        assert hostile in page.text
        assert_own_scripts(page)
    assert "overflow-wrap: anywhere" in (REGISTRY / "static" / "style.css").read_text()


def test_programs_get_json_at_the_same_address(full: Laid, client: FlaskClient) -> None:
    number = full.marks["valid"].number
    answer = client.get(f"/m/{number}", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["number"] == number
    assert "Accept" in str(answer.headers["Vary"])
    assert client.get(f"/m/{number}").content_type.startswith("text/html")


def test_a_number_is_written_in_one_way(full: Laid, client: FlaskClient) -> None:
    number = full.marks["valid"].number
    answer = client.get(f"/m/{number[:5].lower()}-{number[5:]}?lang=ja")
    assert answer.status_code in (301, 302, 308)
    assert answer.location.endswith(f"/m/{number}?lang=ja")


def test_a_mistyped_number_leads_to_the_mark_that_exists(full: Laid, client: FlaskClient) -> None:
    right = full.marks["valid"].number
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    for path, status in ((f"/m/{wrong}?lang=en", 404), (f"/search?q={wrong}&lang=en", 200)):
        page = get(client, path, status=status)
        assert f"/m/{right}?lang=en" in [link["href"] for link in page.all("a")]


def test_an_unknown_mark_is_explained(client: FlaskClient) -> None:
    number = MarkNumber(value=12345)
    page = get(client, f"/m/{number}?lang=ja", status=404)
    assert page.headings[0][1] == "そのマークはありません"
    assert "この制度で発行されたものではない" in page.text
    assert f"/report-misuse?mark={number}&lang=ja" in [link["href"] for link in page.all("a")]


@pytest.mark.parametrize("name", ["qr.svg", "qr.png", "qr.svg?form=link", "qr.png?form=link"])
def test_the_code_is_served_as_a_picture(full: Laid, client: FlaskClient, name: str) -> None:
    answer = client.get(f"/m/{full.marks['valid'].number}/{name}")
    assert answer.status_code == 200
    assert answer.content_type.startswith("image/")
    assert client.get(f"/m/{MarkNumber(value=7)}/{name}").status_code == 404
    assert client.get(f"/m/{full.marks['valid'].number}/qr.svg?form=x").status_code == 400


# ---------------------------------------------------------------- search, organisations, reasons


def test_a_search_shows_holders_with_their_marks(full: Laid, client: FlaskClient) -> None:
    page = get(client, "/search?q=ミホンデンシ&lang=ja")
    assert "株式会社みほん電子" in page.text
    assert full.marks["valid"].claims.number.display in page.text
    assert "見つかりませんでした" not in page.text


def test_nothing_found_says_why_that_may_be(client: FlaskClient) -> None:
    page = get(client, "/search?q=zzzz&lang=en")
    for words in ("Nothing found", "no breach", "not published yet", "another name", "another scheme"):
        assert words in page.text


def test_an_empty_question_finds_neither_something_nor_nothing(client: FlaskClient) -> None:
    page = get(client, "/search?lang=en")
    assert "Nothing found" not in page.text
    assert "Organisations found" not in page.text


def test_a_mark_named_in_full_opens_at_once(full: Laid, client: FlaskClient) -> None:
    mark = full.marks["valid"]
    for typed in (mark.number.lower(), mark.claims.number.display, mark.link()):
        answer = client.get("/search", query_string={"q": typed, "lang": "ja"})
        assert (answer.status_code, answer.location) == (303, f"/m/{mark.number}?lang=ja")


@pytest.mark.parametrize("query", ["level=x", "status=good", "country=Japan", "level=3&cursor=!"])
def test_a_filter_no_form_has_is_a_problem_and_no_breakage(client: FlaskClient, query: str) -> None:
    get(client, f"/search?{query}", status=400)


def test_an_organisation_shows_all_its_marks(full: Laid, client: FlaskClient) -> None:
    mark = full.marks["valid"]
    page = get(client, f"/o/{mark.claims.holder}?lang=en")
    assert mark.claims.number.display in page.text
    assert "What no mark names is not covered." in page.text
    assert "1 of them is valid today." in page.text
    revoked = full.marks["revoked"].claims.holder
    assert "None of them is valid today." in get(client, f"/o/{revoked}?lang=en").text
    assert client.get(f"/o/{mark.claims.holder.value}").location == f"/o/{mark.claims.holder}"
    get(client, "/o/0188:1180301018771", status=404)
    get(client, "/o/nonsense", status=404)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_reason_has_a_page_in_plain_words(client: FlaskClient, lang: str) -> None:
    for reason in [*map(str, Reason), "unknown-mark", "event-out-of-order", "ends-soon", "being-published"]:
        page = get(client, f"/problems/{reason}?lang={lang}")
        assert reason in page.text
        assert len(page.headings[0][1]) > 3
    get(client, "/problems/no-such-reason", status=404)


# ---------------------------------------------------------------- words and colours


def _first(texts: object) -> str:
    """A message, or the first of its plural forms."""
    return str(texts[0]) if isinstance(texts, list | tuple) else str(texts)


def test_every_text_of_the_pages_has_its_japanese() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ja")
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract_from_dir(REGISTRY, methods, keywords={"_": None, "gettext": None, "ngettext": (1, 2)})
    asked = {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}
    held = {_first(message.id): _first(message.string) for message in catalogue if message.id}
    assert asked == set(held)
    for english, japanese in held.items():
        assert japanese
        assert set(re.findall(r"%\(\w+\)s", japanese)) <= set(re.findall(r"%\(\w+\)s", english))


def test_the_compiled_catalogue_is_the_one_that_is_read() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ja")
    out = BytesIO()
    write_mo(out, catalogue)
    assert out.getvalue() == CATALOGUE.with_suffix(".mo").read_bytes()


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the style sheet, light and dark."""
    roots = re.findall(r":root \{([^}]*)\}", (REGISTRY / "static" / "style.css").read_text())
    named = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    light, dark = ({one[1]: one[2] for one in named.finditer(root)} for root in roots[:2])
    return light, light | dark


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_every_colour_can_be_read_on_its_ground(theme: int) -> None:
    colours = tokens()[theme]
    pairs = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("sheet", "ground")]
    pairs += [
        (kind, on)
        for kind in ("valid", "invalid", "undetermined", "pending")
        for on in (f"{kind}-ground", "sheet")
    ]
    pairs += [("ink", f"{kind}-ground") for kind in ("valid", "invalid", "undetermined", "pending")]
    poor = [(ink, ground) for ink, ground in pairs if contrast(colours[ink], colours[ground]) < 4.5]
    assert poor == []
    assert contrast("#ffffff", colours["brand"]) >= 4.5


def test_the_trust_page_shows_the_anchor_to_compare_and_who_may_do_what(full: Laid) -> None:
    for lang, says in (("en", "Compare it with the anchor"), ("ja", "見比べてください")):
        text = full.client().get(f"/trust?lang={lang}").text
        page = Page(text)
        assert page.open == []
        assert [level for level, _ in page.headings][:2] == [1, 2]
        assert says in text
        assert full.world.anchor in text
        groups = [full.world.anchor[at : at + 4] for at in range(0, 64, 4)]
        assert "".join(re.findall(r"<code>([0-9a-f]{4})</code>", text)) == "".join(groups)
        assert "Issuer A" in text
        assert 'href="/trust/2"' in text


@pytest.mark.parametrize(
    ("share", "says"), [(0.6, "More than half"), (0.8, "quarter"), (1.1, "It has ended")]
)
def test_the_trust_page_says_when_a_new_version_is_wanted(full: Laid, share: float, says: str) -> None:
    document = full.world.documents[-1]
    assert says not in full.client().get("/trust?lang=en").text
    full.now = int(document["issued"] + share * (document["expires"] - document["issued"]))
    assert says in full.client().get("/trust?lang=en").text


def test_the_trust_page_names_stolen_keys_ended_logs_and_partners(
    lay: Callable[[World], Laid],
) -> None:
    entries = [
        recognised("sg-demo", anchor="ab" * 32, levels=[1, 2], editions=["2025"]),
        recognised("kr-demo", anchor="cd" * 32, until=NOW - DAY),
        recognised("fr-demo", anchor="ef" * 32, **{"from": NOW + DAY}),
    ]
    world = World(first_document(recognised=entries))
    world.publish(NOW - 2 * DAY)
    world.compromise("issuer-4", NOW - DAY)
    world.publish(NOW - DAY)
    text = lay(world).client().get("/trust?lang=en").text
    for says in (
        "stolen: what it signed",
        "recognised; its levels are its own",
        "recognised until",
        "recognised from",
        "only level 1, 2",
        "only edition 2025",
    ):
        assert says in text
