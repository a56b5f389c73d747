"""What a version of a trust document would make true, in words: shown before anybody signs it (docs/format.md §5).

The list of differences says what changed; these sentences say what it means. Japanese and English.
"""

from collections.abc import Iterator
from typing import Any

from keys.ceremony import reordered
from schemas.bidi import isolated
from schemas.times import iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey

__all__ = ["LANGUAGES", "meaning_of"]

LANGUAGES = ("en", "ja")

_WORDS = {
    "en": {
        "root": "ROOT: from now on {threshold} of {count} root keys replace this document: {names}",
        "mark": "NEW ISSUER: {owner} may sign marks of level {levels} from {start} until {until}",
        "authority": "NEW AUTHORITY: {owner} may suspend and revoke anybody's mark from {start} until {until}",
        "status": "NEW STATUS KEY: {owner} may sign status lists from {start} until {until}",
        "closed": "CLOSES the {use} key {kid} of {owner}: it may sign until {until} only",
        "void": "VOID: everything signed by {owner}'s key {kid} from leaf {size} of log {place} on counts as absent",
        "void-status": "VOID: no status list signed by {owner}'s key {kid} counts any more",
        "host": "NEW HOST NAME: marks may name {host}",
        "host-closed": "CLOSES the host name {host} for new marks after {until}",
        "witness": "NEW WITNESS: {name}, from {start} until {until}",
        "witness-closed": "RETIRES the witness {name}: what it cosigns after {until} does not count",
        "quorum": "QUORUM: from {start} on {k} of {count} witnesses are needed",
        "final": "ENDS the log {origin} at size {size}: nothing beyond it counts",
        "log": "NEW LOG: {origin}",
        "partner": "RECOGNISES {scheme} ({country}) from {start}",
        "partner-levels": "ONLY LEVEL {levels} of {scheme} is recognised",
        "partner-editions": "ONLY EDITION {editions} of {scheme} is recognised",
        "partner-closed": "ENDS the recognition of {scheme} at {until}",
        "partner-final": "ENDS the recognition of {scheme} at leaf {size} of its log {place}",
        "mirrors": "MIRRORS: the register's files may be fetched from {urls}",
        "names": "NAMES: the scheme is called {names}",
        "order": "ORDER: {members} stand in another order; the first host is the one new marks name",
        "other": "CHANGES something these sentences have no words for: read the differences",
        "renewed": "RENEWS: nothing changes but the dates",
    },
    "ja": {
        "root": "ルート: 今後この文書は {count} 個中 {threshold} 個のルート鍵で置き換えます: {names}",
        "mark": "新しい発行者: {owner} は {start} から {until} までレベル {levels} のマークに署名できます",
        "authority": "新しい監督者: {owner} は {start} から {until} まで、すべてのマークを停止・取消しできます",
        "status": "新しい状態鍵: {owner} は {start} から {until} まで状態一覧に署名できます",
        "closed": "閉じる: {owner} の {use} 鍵 {kid} は {until} までしか署名できません",
        "void": "無効: {owner} の鍵 {kid} の署名は、ログ {place} の記録 {size} 以後すべて、なかったものとします",
        "void-status": "無効: {owner} の鍵 {kid} の状態一覧は、もうどれも数えません",
        "host": "新しいホスト名: マークは {host} を名乗れます",
        "host-closed": "閉じる: ホスト名 {host} は {until} より後の新しいマークに使えません",
        "witness": "新しい立会人: {name}、{start} から {until} まで",
        "witness-closed": "退任: 立会人 {name} の {until} より後の連署は数えません",
        "quorum": "必要数: {start} から、{count} 人中 {k} 人の立会人が必要です",
        "final": "終了: ログ {origin} は大きさ {size} で終わり、その先は数えません",
        "log": "新しいログ: {origin}",
        "partner": "承認: {scheme}（{country}）を {start} から承認します",
        "partner-levels": "承認の範囲: {scheme} のレベル {levels} だけを承認します",
        "partner-editions": "承認の範囲: {scheme} の版 {editions} だけを承認します",
        "partner-closed": "承認の終了: {scheme} の承認は {until} に終わります",
        "partner-final": "承認の終了: {scheme} の承認は、相手のログ {place} の記録 {size} で終わります",
        "mirrors": "ミラー: 登録簿のファイルは {urls} からも取得できます",
        "names": "名称: 制度の名前は {names} です",
        "order": "順序: {members} の並びが変わります。新しいマークは先頭のホスト名を名乗ります",
        "other": "これらの文では言い表せない変更があります。差分を読んでください",
        "renewed": "更新: 日付のほかは何も変わりません",
    },
}


def meaning_of(document: TrustDocument, previous: TrustDocument | None, *, lang: str) -> list[str]:
    """Give a sentence for each thing that would become true with this version."""
    words = _WORDS[lang]
    found = [
        words[name].format(
            **{one: isolated(value) if isinstance(value, str) else value for one, value in values.items()}
        )
        for name, values in _facts(document, previous)
    ]
    if found:
        return found
    return [
        words["renewed" if previous is not None and _content(document) == _content(previous) else "other"]
    ]


def _content(document: TrustDocument) -> dict[str, Any]:
    """What a version says apart from which one it is, and from when to when."""
    return {
        name: value
        for name, value in document.to_json().items()
        if name not in ("version", "issued", "expires")
    }


Fact = tuple[str, dict[str, object]]


def _facts(new: TrustDocument, old: TrustDocument | None) -> Iterator[Fact]:
    if old is None or new.root != old.root:
        names = ", ".join(key.name for key in new.root.keys)
        yield "root", {"threshold": new.root.threshold, "count": len(new.root.keys), "names": names}
    for key in new.keys:
        yield from _key(key, None if old is None else old.find_key(key.kid))
    hosts = {} if old is None else {entry.host: entry for entry in old.hosts}
    for host in new.hosts:
        if host.host not in hosts:
            yield "host", {"host": host.host}
        elif host != hosts[host.host] and host.until is not None:
            yield "host-closed", {"host": host.host, "until": iso(host.until)}
    witnesses = {} if old is None else {entry.key: entry for entry in old.witnesses}
    for one in new.witnesses:
        if one.key not in witnesses:
            yield "witness", {"name": one.name, "start": iso(one.start), "until": iso(one.until)}
        elif one != witnesses[one.key]:
            yield "witness-closed", {"name": one.name, "until": iso(one.until)}
    for quorum in new.quorum[0 if old is None else len(old.quorum) :]:
        count = sum(one.holds_at(max(quorum.start, new.issued)) for one in new.witnesses)
        yield "quorum", {"start": iso(quorum.start), "k": quorum.k, "count": count}
    for place, log in enumerate(new.logs):
        before = old.logs[place] if old is not None and place < len(old.logs) else None
        if before is None:
            yield "log", {"origin": log.origin}
        if log.final is not None and (before is None or before.final is None):
            yield "final", {"origin": log.origin, "size": log.final.size}
    entries = () if old is None else old.recognised
    partners = {(entry.scheme, entry.anchor, entry.start): entry for entry in entries}
    for partner in new.recognised:
        known = partners.get((partner.scheme, partner.anchor, partner.start))
        if known is None:
            yield (
                "partner",
                {"scheme": partner.scheme, "country": partner.country, "start": iso(partner.start)},
            )
            if partner.levels is not None:
                levels = ", ".join(map(str, partner.levels))
                yield "partner-levels", {"scheme": partner.scheme, "levels": levels}
            if partner.editions is not None:
                yield "partner-editions", {"scheme": partner.scheme, "editions": ", ".join(partner.editions)}
        if partner.until is not None and (known is None or partner.until != known.until):
            yield "partner-closed", {"scheme": partner.scheme, "until": iso(partner.until)}
        if partner.final is not None and (known is None or known.final is None):
            where = {"size": partner.final.size, "place": partner.final.place}
            yield "partner-final", {"scheme": partner.scheme, **where}
    yield from _about(new, old)


def _about(new: TrustDocument, old: TrustDocument | None) -> Iterator[Fact]:
    """What carries no trust, and yet decides what people meet."""
    if new.mirrors != (() if old is None else old.mirrors):
        yield "mirrors", {"urls": ", ".join(new.mirrors) or "—"}
    if old is None:
        return
    if new.scheme.names != old.scheme.names:
        yield "names", {"names": ", ".join(new.scheme.names.values())}
    moved = reordered(new, old)
    if moved:
        yield "order", {"members": ", ".join(moved)}


def _key(key: TrustedKey, old: TrustedKey | None) -> Iterator[Fact]:
    about: dict[str, object] = {
        "owner": key.owner,
        "kid": key.kid.hex(),
        "use": key.use.value,
        "until": iso(key.until),
    }
    if old is None:
        levels = ", ".join(f"{level} (≤ {days} d)" for level, days in sorted(key.levels.items()))
        yield key.use.value, about | {"levels": levels, "start": iso(key.start)}
    elif key.until != old.until:
        yield "closed", about
    if key.compromised is not None and (old is None or key.compromised != old.compromised):
        if key.use is KeyUse.STATUS:
            yield "void-status", about
        else:
            yield "void", about | {"place": key.compromised.place, "size": key.compromised.size}
